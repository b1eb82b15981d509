"""A two-level model of SkyTNT rows: a base net sees one vector an event, a token net spells the next event id by id.

The shape is that of SkyTNT's midi-model. Two things are added where `musical` is set:

* Rotations and features know musical time, as in the flat decoder (`model.py`); the running time is kept in one channel
  of the base net's first keys.
* The token net looks back too: each of its layers attends to its own row and to one key and one value that every earlier
  event left for it. The net that chooses a pitch knows where in the bar the note will be, which the base net could not.

Without `musical` it is the plain LLaMA pair that SkyTNT publishes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from . import vocabulary
from .model import QUERY_CHUNK_ROWS, TIME_PERIODS_BEATS, Layer, musical_time, rms_norm, rotary_frequencies, rotate, time_frequencies
from .vocabulary import ROW_WIDTH

ROTARY_BASE = 10000.0


@dataclass(frozen=True)
class NetShape:
    """One of the two nets. `hidden`: channels of the gated feed-forward net."""

    layers: int
    heads: int
    key_value_heads: int
    head_dimension: int
    hidden: int


@dataclass(frozen=True)
class EventConfiguration:
    """`width`: residual channels of both nets; `context_tokens`: ids, 8 an event. With `musical` both nets must have the
    same key-value heads of the same dimension."""

    width: int
    base: NetShape
    token: NetShape
    context_tokens: int
    musical: bool = True
    vocabulary_size: int = vocabulary.VOCABULARY_SIZE

    def __post_init__(self) -> None:
        for name in ("base", "token"):
            if isinstance(getattr(self, name), dict):
                object.__setattr__(self, name, NetShape(**getattr(self, name)))

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @property
    def kept_layers(self) -> int:
        """Layers whose keys and values are kept for every event: the base net's, then what the token net looks back on."""
        return self.base.layers + (self.token.layers if self.musical else 0)


def plain_frequencies(head_dimension: int) -> Tensor:
    """Radians per position of each rotary pair, as LLaMA has them; [head_dimension / 2]."""
    return ROTARY_BASE ** (-torch.arange(0, head_dimension, 2) / head_dimension)


class EventLayer(nn.Module):
    def __init__(self, width: int, shape: NetShape, musical: bool, memory: bool) -> None:
        super().__init__()
        c = self.shape = shape
        self.musical = musical
        self.attention_gain = nn.Parameter(torch.ones(width))
        self.query_key_value = nn.Linear(width, (c.heads + 2 * c.key_value_heads) * c.head_dimension, bias=False)
        if musical:
            self.attention_scale = nn.Parameter(torch.full((c.heads,), 1.2))
        if memory:
            self.memory = nn.Linear(width, 2 * c.key_value_heads * c.head_dimension, bias=False)
        self.attention_out = nn.Linear(c.heads * c.head_dimension, width, bias=False)
        self.feed_forward_gain = nn.Parameter(torch.ones(width))
        self.gate_up = nn.Linear(width, 2 * c.hidden, bias=False)
        self.down = nn.Linear(c.hidden, width, bias=False)

    def queries(self, x: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries [batch, heads, tokens, size], keys and values [batch, groups, tokens, size] of normed x [batch, tokens, width]."""
        c = self.shape
        mixed = self.query_key_value(x).view(*x.shape[:2], -1, c.head_dimension).transpose(1, 2)
        query_key, value = mixed.split((c.heads + c.key_value_heads, c.key_value_heads), dim=1)
        if self.musical:
            query_key = rms_norm(query_key)
        query, key = rotate(query_key, cosine, sine).split((c.heads, c.key_value_heads), dim=1)
        scale = self.attention_scale.to(query.dtype)[:, None, None] if self.musical else c.head_dimension**-0.5
        return (query * scale).to(value.dtype), key.to(value.dtype), value

    def remembered(self, hidden: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor]:
        """What this token layer will see of events whose hidden states are [batch, events, width]; each as keys above."""
        c = self.shape
        mixed = self.memory(hidden).view(*hidden.shape[:2], -1, c.head_dimension).transpose(1, 2)
        key, value = mixed.chunk(2, dim=1)
        return rotate(rms_norm(key), cosine, sine).to(value.dtype), value

    def after(self, x: Tensor, attended: Tensor) -> Tensor:
        """The rest of the layer. `attended` [batch, heads, tokens, size]."""
        x = x + self.attention_out(attended.transpose(1, 2).reshape(*x.shape[:2], -1))
        gate, up = self.gate_up(rms_norm(x, self.feed_forward_gain)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)

    def over_events(self, x: Tensor, cosine: Tensor, sine: Tensor, first: bool) -> Tensor:
        """A layer of the base net; its first layer's last channel belongs to the clock."""
        query, key, value = self.queries(rms_norm(x, self.attention_gain), cosine, sine)
        if first and self.musical:
            query = functional.pad(query[..., :-1], (0, 1))
        per_group = self.shape.heads // self.shape.key_value_heads
        key, value = (part.repeat_interleave(per_group, dim=1) for part in (key, value))
        attended = functional.scaled_dot_product_attention(query, key, value, is_causal=True, scale=1.0)
        return self.after(x, attended)

    def over_row(
        self, x: Tensor, cosine: Tensor, sine: Tensor, memory: tuple[Tensor, Tensor] | None, masks: tuple[Tensor, Tensor]
    ) -> Tensor:
        """A layer of the token net, x [batch, events * 8, width]; event n sees its own row and memory 0..n."""
        c = self.shape
        query, key, value = self.queries(rms_norm(x, self.attention_gain), cosine, sine)
        grouped = query.view(x.shape[0], c.key_value_heads, -1, x.shape[1], c.head_dimension)
        if memory is None:
            memory = tuple(part[:, :, :0] for part in (key, value))
        row_mask, own_mask = masks
        events, chunks = x.shape[1] // ROW_WIDTH, []
        for start in range(0, events, QUERY_CHUNK_ROWS):
            end = min(start + QUERY_CHUNK_ROWS, events)
            part = slice(start * ROW_WIDTH, end * ROW_WIDTH)
            chunks.append(
                Layer.attend(
                    grouped[:, :, :, part],
                    (key[:, :, part].contiguous(), value[:, :, part].contiguous()),
                    (memory[0][:, :, :end], memory[1][:, :, :end]),
                    row_mask[part, :end] if memory[0].shape[2] else row_mask[part, :0],
                    own_mask,
                )
            )
        return self.after(x, torch.cat(chunks, dim=3).reshape(query.shape))


class EventNet(nn.Module):
    """Both nets. `forward` gives, like the flat decoder, one hidden state an id: what it knows of the id after it."""

    def __init__(self, configuration: EventConfiguration) -> None:
        super().__init__()
        c = self.configuration = configuration
        self.embedding = nn.Embedding(c.vocabulary_size, c.width)
        self.token_embedding = nn.Embedding(c.vocabulary_size, c.width)
        self.layers = nn.ModuleList(EventLayer(c.width, c.base, c.musical, False) for _ in range(c.base.layers))
        self.token_layers = nn.ModuleList(EventLayer(c.width, c.token, c.musical, c.musical) for _ in range(c.token.layers))
        self.base_gain = nn.Parameter(torch.ones(c.width))
        self.final_gain = nn.Parameter(torch.ones(c.width))
        self.head = nn.Parameter(torch.empty(c.vocabulary_size, c.width))
        if c.musical:
            features = 2 * len(TIME_PERIODS_BEATS)
            self.column = nn.Embedding(ROW_WIDTH, c.width)
            self.time = nn.Linear(features, c.width, bias=False)
            self.token_time = nn.Linear(features, c.width, bias=False)
        for name, shape in (("base", c.base), ("token", c.token)):
            per_row, per_sixteenth = rotary_frequencies(shape.head_dimension)
            if not c.musical:
                per_row, per_sixteenth = plain_frequencies(shape.head_dimension), torch.zeros_like(per_sixteenth)
            self.register_buffer(f"{name}_per_row", per_row, persistent=False)
            self.register_buffer(f"{name}_per_sixteenth", per_sixteenth, persistent=False)
        self.register_buffer("time_frequencies", time_frequencies(), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        musical = (self.column.weight,) if self.configuration.musical else ()
        nn.init.normal_(self.embedding.weight, std=0.25)
        for table in (self.token_embedding.weight, *musical):
            nn.init.normal_(table, std=0.5)
        for layers in (self.layers, self.token_layers):
            for layer in layers:
                for name, linear in layer.named_children():
                    depth = (2 * len(layers)) ** -0.5 if name in ("attention_out", "down") else 1.0
                    nn.init.normal_(linear.weight, std=depth * linear.in_features**-0.5)
        if self.configuration.musical:
            nn.init.normal_(self.time.weight, std=0.1)
            nn.init.normal_(self.token_time.weight, std=0.1)
        nn.init.normal_(self.head, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        """Hidden states [batch, tokens, width] of whole rows of ids [batch, tokens]; nothing is known within the first
        row, and its states and that of the last id are 0."""
        batch, tokens = ids.shape
        rows = ids.view(batch, -1, ROW_WIDTH)
        time = musical_time(ids).float().view(rows.shape)
        hidden, turns = self.events(rows[:, :-1], time[:, :-1, -1])
        states = self.rows(hidden, turns, rows[:, 1:], time[:, 1:])
        return functional.pad(states, (0, 0, ROW_WIDTH - 1, 1))

    def events(self, rows: Tensor, time: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor] | None]:
        """Hidden states [batch, events, width] of the base net, and the rotations that token layers remember them with."""
        x = self.embedding(rows).sum(2)
        if self.configuration.musical:
            x = x + self.time(self._features(time))
        position = torch.arange(rows.shape[1], device=rows.device)
        cosine, sine = self._turns("base", position, time)
        for index, layer in enumerate(self.layers):
            x = layer.over_events(x, cosine, sine, first=index == 0)
        memory_turns = self._turns("token", position, time) if self.configuration.musical else None
        return rms_norm(x, self.base_gain), memory_turns

    def rows(self, hidden: Tensor, memory_turns: tuple[Tensor, Tensor] | None, rows: Tensor, time: Tensor) -> Tensor:
        """States [batch, events * 8, width] from which ids 0..7 of each row come; `time` [batch, events, 8] as musical_time."""
        batch, events, _ = rows.shape
        x = torch.cat((hidden[:, :, None], self.token_embedding(rows[:, :, :-1]).to(hidden.dtype)), dim=2)
        event = torch.arange(events, device=rows.device)
        column = torch.arange(ROW_WIDTH, device=rows.device)
        if self.configuration.musical:
            known = torch.cat((time[:, :, :1], time[:, :, :-1]), dim=2)
            x = x + self.column(column) + self.token_time(self._features(known))
            turns = self._turns("token", (event + 1).repeat_interleave(ROW_WIDTH), known.view(batch, -1))
        else:
            turns = self._turns("token", column.repeat(events), time.new_zeros(batch, events * ROW_WIDTH))
        row_mask = torch.where(event[None, :] <= event.repeat_interleave(ROW_WIDTH)[:, None], 0.0, -torch.inf)
        own_mask = torch.where(column[None, :] <= column[:, None], 0.0, -torch.inf)
        x = x.view(batch, events * ROW_WIDTH, -1)
        for layer in self.token_layers:
            memory = None if memory_turns is None else layer.remembered(hidden, *memory_turns)
            x = layer.over_row(x, *turns, memory, (row_mask, own_mask))
        return rms_norm(x, self.final_gain)

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.head)

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    def _features(self, time: Tensor) -> Tensor:
        angles = time[..., None] * self.time_frequencies
        return torch.cat((angles.sin(), angles.cos()), dim=-1)

    def _turns(self, net: str, position: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """Cosines and sines [batch, 1, tokens, size / 2]; `position` [tokens], `time` [batch, tokens]."""
        by_row = position[:, None] * getattr(self, f"{net}_per_row")
        turns = by_row + time[..., None] * getattr(self, f"{net}_per_sixteenth")
        return turns.cos()[:, None], turns.sin()[:, None]
