"""A causal decoder over flat SkyTNT rows.

Three things set it apart from a plain decoder-only transformer:

* A token attends to all tokens of its own row and, of earlier rows, only to the last one, which has seen
  its whole row. That makes a context of thousands of ids as cheap as one of hundreds.
* Half of the rotary pairs turn with the row number, half with musical time, at periods that are musical
  (a beat, a bar of three or four, eight bars ...): "the same place four bars ago" is one direction.
* Musical time is summed up from the ids alone. The running value is kept in one channel of the first
  layer's first key head, so that a host which only stores and truncates keys and values also stores and
  truncates the clock.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from . import vocabulary
from .vocabulary import BLOCKS, ROW_WIDTH

SIXTEENTHS_PER_BEAT = 16
NORM_EPSILON = 1e-6
QUERY_CHUNK_ROWS = 64
TIME_PERIODS_BEATS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 128.0)


@dataclass(frozen=True)
class ModelConfiguration:
    """Shape of a decoder. `width`: residual channels; `hidden`: channels of the gated feed-forward net."""

    width: int
    layers: int
    heads: int
    key_value_heads: int
    head_dimension: int
    hidden: int
    context_tokens: int
    vocabulary_size: int = vocabulary.VOCABULARY_SIZE

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def rotary_frequencies(head_dimension: int) -> tuple[Tensor, Tensor]:
    """Radians per row and radians per sixteenth of a beat, each [head_dimension / 2]; a pair uses one of the two."""
    pairs = head_dimension // 2
    time_pairs = pairs // 2
    row_pairs = pairs - time_pairs
    per_row = torch.zeros(pairs)
    exponents = torch.arange(row_pairs) / max(row_pairs - 1, 1)
    per_row[:row_pairs] = 2 * torch.pi / (2.5 * (1024.0 / 2.5) ** exponents)
    chosen = torch.linspace(0, len(TIME_PERIODS_BEATS) - 1, time_pairs).round().long()
    periods = torch.tensor(TIME_PERIODS_BEATS)[chosen]
    per_sixteenth = torch.zeros(pairs)
    per_sixteenth[row_pairs:] = 2 * torch.pi / (periods * SIXTEENTHS_PER_BEAT)
    return per_row, per_sixteenth


def time_frequencies() -> Tensor:
    """Radians per sixteenth of a beat of the time features, [len(TIME_PERIODS_BEATS)]."""
    return 2 * torch.pi / (torch.tensor(TIME_PERIODS_BEATS) * SIXTEENTHS_PER_BEAT)


def musical_time(ids: Tensor) -> Tensor:
    """Sixteenths of a beat since the first row, known at each id of whole rows; int64 [batch, tokens]."""
    batch, tokens = ids.shape
    rows = ids.view(batch, tokens // ROW_WIDTH, ROW_WIDTH)
    beats = _value(rows[..., 1], "time1")
    inside = _value(rows[..., 2], "time2")
    ends = beats.cumsum(1) * SIXTEENTHS_PER_BEAT
    after = ends + inside
    before = functional.pad(after[:, :-1], (1, 0))
    at_beat = before + beats * SIXTEENTHS_PER_BEAT
    columns = [before, at_beat] + [after] * (ROW_WIDTH - 2)
    return torch.stack(columns, dim=-1).reshape(batch, tokens)


def _value(ids: Tensor, parameter: str) -> Tensor:
    start, size = BLOCKS[parameter]
    inside = (ids >= start) & (ids < start + size)
    return torch.where(inside, ids - start, 0)


def rms_norm(x: Tensor, gain: Tensor | None = None) -> Tensor:
    normed = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + NORM_EPSILON)
    return normed if gain is None else normed * gain


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)


class Layer(nn.Module):
    def __init__(self, configuration: ModelConfiguration, first: bool) -> None:
        super().__init__()
        c = configuration
        self.configuration = c
        self.first = first
        self.attention_gain = nn.Parameter(torch.ones(c.width))
        self.query_key_value = nn.Linear(c.width, (c.heads + 2 * c.key_value_heads) * c.head_dimension, bias=False)
        self.attention_scale = nn.Parameter(torch.full((c.heads,), 1.2))
        self.attention_out = nn.Linear(c.heads * c.head_dimension, c.width, bias=False)
        self.feed_forward_gain = nn.Parameter(torch.ones(c.width))
        self.gate_up = nn.Linear(c.width, 2 * c.hidden, bias=False)
        self.down = nn.Linear(c.hidden, c.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, *masks: Tensor) -> Tensor:
        x = x + self.attention(rms_norm(x, self.attention_gain), cosine, sine, *masks)
        gate, up = self.gate_up(rms_norm(x, self.feed_forward_gain)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)

    def attention(self, x: Tensor, cosine: Tensor, sine: Tensor, row_mask: Tensor, own_mask: Tensor) -> Tensor:
        c = self.configuration
        batch, tokens, _ = x.shape
        rows = tokens // ROW_WIDTH
        groups, per_group = c.key_value_heads, c.heads // c.key_value_heads
        mixed = self.query_key_value(x).view(batch, tokens, -1, c.head_dimension).transpose(1, 2)
        query_key, value = mixed.split((c.heads + groups, groups), dim=1)
        query_key = rotate(rms_norm(query_key), cosine, sine)
        query, key = query_key.split((c.heads, groups), dim=1)
        query = query * self.attention_scale.to(query.dtype)[:, None, None]
        if self.first:
            query = functional.pad(query[..., :-1], (0, 1))
        query, key = query.to(value.dtype), key.to(value.dtype)

        last_key, last_value = key[:, :, ROW_WIDTH - 1 :: ROW_WIDTH], value[:, :, ROW_WIDTH - 1 :: ROW_WIDTH]
        chunks = []
        for start in range(0, rows, QUERY_CHUNK_ROWS):
            end = min(start + QUERY_CHUNK_ROWS, rows)
            part = slice(start * ROW_WIDTH, end * ROW_WIDTH)
            chunks.append(
                self.attend(
                    query[:, :, part].reshape(batch, groups, per_group, -1, c.head_dimension),
                    (key[:, :, part], value[:, :, part]),
                    (last_key[:, :, : end - 1], last_value[:, :, : end - 1]),
                    row_mask[part, : end - 1],
                    own_mask,
                )
            )
        out = torch.cat(chunks, dim=3).view(batch, c.heads, tokens, c.head_dimension)
        return self.attention_out(out.transpose(1, 2).reshape(batch, tokens, -1))

    @staticmethod
    def attend(
        query: Tensor, own: tuple[Tensor, Tensor], last: tuple[Tensor, Tensor], row_mask: Tensor, own_mask: Tensor
    ) -> Tensor:
        """Queries [batch, groups, heads per group, tokens, size] over their own rows and the ends of earlier ones."""
        batch, groups, per_group, tokens, size = query.shape
        rows, earlier = tokens // ROW_WIDTH, last[0].shape[2]
        own_key, own_value = (part.view(batch, groups, 1, rows, ROW_WIDTH, size) for part in own)
        flat = query.reshape(batch, groups, per_group * tokens, size)
        row_scores = (flat @ last[0].transpose(-1, -2)).view(batch, groups, per_group, tokens, earlier) + row_mask
        own_scores = query.view(batch, groups, per_group, rows, ROW_WIDTH, size) @ own_key.transpose(-1, -2) + own_mask
        own_scores = own_scores.view(batch, groups, per_group, tokens, ROW_WIDTH)
        weights = torch.cat((row_scores, own_scores), dim=-1).float().softmax(dim=-1).to(own_value.dtype)
        row_weights, own_weights = weights.split((earlier, ROW_WIDTH), dim=-1)
        by_row = row_weights.reshape(batch, groups, per_group * tokens, earlier) @ last[1]
        within = own_weights.reshape(batch, groups, per_group, rows, ROW_WIDTH, ROW_WIDTH) @ own_value
        return by_row.view(query.shape) + within.reshape(query.shape)


class Decoder(nn.Module):
    def __init__(self, configuration: ModelConfiguration) -> None:
        super().__init__()
        c = configuration
        self.configuration = c
        self.embedding = nn.Embedding(c.vocabulary_size, c.width)
        self.column = nn.Embedding(ROW_WIDTH, c.width)
        self.time = nn.Linear(2 * len(TIME_PERIODS_BEATS), c.width, bias=False)
        self.layers = nn.ModuleList(Layer(c, first=index == 0) for index in range(c.layers))
        self.final_gain = nn.Parameter(torch.ones(c.width))
        self.head = nn.Parameter(torch.empty(c.vocabulary_size, c.width))
        per_row, per_sixteenth = rotary_frequencies(c.head_dimension)
        self.register_buffer("per_row", per_row, persistent=False)
        self.register_buffer("per_sixteenth", per_sixteenth, persistent=False)
        self.register_buffer("time_frequencies", time_frequencies(), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.normal_(self.embedding.weight, std=0.5)
        nn.init.normal_(self.column.weight, std=0.5)
        nn.init.normal_(self.time.weight, std=0.1)
        nn.init.normal_(self.head, std=0.02)
        for layer in self.layers:
            for linear in (layer.query_key_value, layer.gate_up):
                nn.init.normal_(linear.weight, std=linear.in_features**-0.5)
            for linear in (layer.attention_out, layer.down):
                nn.init.normal_(linear.weight, std=linear.in_features**-0.5 / (2 * len(self.layers)) ** 0.5)

    def forward(self, ids: Tensor) -> Tensor:
        """Hidden states [batch, tokens, width] of whole rows of ids [batch, tokens] that start at row 0."""
        batch, tokens = ids.shape
        rows = tokens // ROW_WIDTH
        time = musical_time(ids).float()
        angles = time[..., None] * self.time_frequencies
        features = torch.cat((angles.sin(), angles.cos()), dim=-1)
        position = torch.arange(tokens, device=ids.device)
        x = self.embedding(ids) + self.column(position % ROW_WIDTH) + self.time(features)

        turns = (position // ROW_WIDTH)[:, None] * self.per_row + time[..., None] * self.per_sixteenth
        cosine, sine = turns.cos()[:, None], turns.sin()[:, None]
        row = torch.arange(rows, device=ids.device)
        row_mask = torch.where(row[None, :] < (position // ROW_WIDTH)[:, None], 0.0, -torch.inf)
        column = torch.arange(ROW_WIDTH, device=ids.device)
        own_mask = torch.where(column[None, :] <= column[:, None], 0.0, -torch.inf)
        for layer in self.layers:
            x = layer(x, cosine, sine, row_mask, own_mask)
        return rms_norm(x, self.final_gain)

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.head)

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
