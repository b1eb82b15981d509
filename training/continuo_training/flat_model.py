"""A causal decoder over streams of single ids: LLaMA's parts, and a clock.

* Every token attends to all before it. Half of the rotary pairs turn with the place in the stream, half with musical
  time, at musical periods, so "the same place four bars ago" is one direction.
* Musical time is summed up from the ids alone by a table (IdFacts.advance). The running value is kept in one channel of
  the first layer's first key head, so that a host which only stores and truncates keys and values also stores and
  truncates the clock. It is stored as 2 · time + 1 where the last id leads a spelled note, else 2 · time.
* Input and output tables are the sum of a table of their own and one over the features of the ids. Export bakes them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .id_facts import IdFacts
from .model import Layer, rms_norm, rotate

FIRST_ATTENTION_SCALE = 0.25
SHORTEST_TURN, LONGEST_TURN = 2.5, 4096.0


@dataclass(frozen=True)
class FlatConfiguration:
    """Shape of a decoder. `periods_beats`: of the clock; `units_per_beat`: what IdFacts.advance counts in."""

    width: int
    layers: int
    heads: int
    key_value_heads: int
    head_dimension: int
    hidden: int
    context_tokens: int
    vocabulary_size: int
    feature_count: int
    units_per_beat: int
    periods_beats: tuple[float, ...]

    def as_dict(self) -> dict:
        return {**asdict(self), "periods_beats": list(self.periods_beats)}


def rotary_frequencies(configuration: FlatConfiguration) -> tuple[Tensor, Tensor]:
    """Radians per id and radians per unit of time, each [head_dimension / 2]; a pair uses one of the two."""
    pairs = configuration.head_dimension // 2
    time_pairs = pairs // 2
    id_pairs = pairs - time_pairs
    per_id, per_unit = torch.zeros(pairs), torch.zeros(pairs)
    exponents = torch.arange(id_pairs) / max(id_pairs - 1, 1)
    per_id[:id_pairs] = 2 * torch.pi / (SHORTEST_TURN * (LONGEST_TURN / SHORTEST_TURN) ** exponents)
    periods = torch.tensor(configuration.periods_beats)
    chosen = torch.linspace(0, len(periods) - 1, time_pairs).round().long()
    per_unit[id_pairs:] = 2 * torch.pi / (periods[chosen] * configuration.units_per_beat)
    return per_id, per_unit


class FlatLayer(Layer):
    """A layer whose attention sees every earlier token."""

    def __init__(self, configuration: FlatConfiguration, first: bool) -> None:
        super().__init__(configuration, first)
        nn.init.constant_(self.attention_scale, FIRST_ATTENTION_SCALE)

    def attention(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        c = self.configuration
        batch, tokens, _ = x.shape
        groups, per_group = c.key_value_heads, c.heads // c.key_value_heads
        mixed = self.query_key_value(x).view(batch, tokens, -1, c.head_dimension).transpose(1, 2)
        query_key, value = mixed.split((c.heads + groups, groups), dim=1)
        query_key = rotate(rms_norm(query_key), cosine, sine)
        query, key = query_key.split((c.heads, groups), dim=1)
        query = query * self.attention_scale.to(query.dtype)[:, None, None]
        if self.first:
            query = functional.pad(query[..., :-1], (0, 1))
        key, value = (part.repeat_interleave(per_group, dim=1) for part in (key, value))
        out = functional.scaled_dot_product_attention(
            query.to(value.dtype), key.to(value.dtype), value, is_causal=True, scale=1.0
        )
        return self.attention_out(out.transpose(1, 2).reshape(batch, tokens, -1))


class FlatDecoder(nn.Module):
    def __init__(self, configuration: FlatConfiguration, facts: IdFacts | None = None) -> None:
        """`facts` may be left out where a state that holds them is loaded next."""
        super().__init__()
        c = configuration
        self.configuration = c
        size, features = c.vocabulary_size, c.feature_count
        self.embedding = nn.Embedding(size, c.width)
        self.feature_embedding = nn.Parameter(torch.empty(features, c.width))
        self.time = nn.Linear(2 * len(c.periods_beats), c.width, bias=False)
        self.layers = nn.ModuleList(FlatLayer(c, first=index == 0) for index in range(c.layers))
        self.final_gain = nn.Parameter(torch.ones(c.width))
        self.own_head = nn.Parameter(torch.empty(size, c.width))
        self.feature_head = nn.Parameter(torch.empty(features, c.width))
        per_id, per_unit = rotary_frequencies(c)
        self.register_buffer("per_id", per_id, persistent=False)
        self.register_buffer("per_unit", per_unit, persistent=False)
        periods = torch.tensor(c.periods_beats) * c.units_per_beat
        self.register_buffer("time_frequencies", 2 * torch.pi / periods, persistent=False)
        self.register_buffer("features", torch.zeros(size, features, dtype=torch.float16))
        self.register_buffer("advance", torch.zeros(size, dtype=torch.int64))
        self.register_buffer("lead", torch.zeros(size, dtype=torch.bool))
        self.register_buffer("advance_after_lead", torch.zeros(size, dtype=torch.int64))
        self.reset_parameters()
        if facts is not None:
            self._know(facts)

    def _know(self, facts: IdFacts) -> None:
        self.features.copy_(torch.from_numpy(facts.features))
        self.advance.copy_(torch.from_numpy(facts.advance))
        self.lead.copy_(torch.from_numpy(facts.lead))
        self.advance_after_lead.copy_(torch.from_numpy(facts.advance_after_lead))

    def reset_parameters(self) -> None:
        nn.init.normal_(self.embedding.weight, std=0.4)
        nn.init.normal_(self.feature_embedding, std=0.3)
        nn.init.normal_(self.time.weight, std=0.1)
        nn.init.normal_(self.own_head, std=0.02)
        nn.init.normal_(self.feature_head, std=0.02)
        for layer in self.layers:
            for linear in (layer.query_key_value, layer.gate_up):
                nn.init.normal_(linear.weight, std=linear.in_features**-0.5)
            for linear in (layer.attention_out, layer.down):
                nn.init.normal_(linear.weight, std=linear.in_features**-0.5 / (2 * len(self.layers)) ** 0.5)

    def musical_time(self, ids: Tensor) -> Tensor:
        """Units since the first id, after each id; int64 as ids."""
        after_lead = functional.pad(self.lead[ids[:, :-1]], (1, 0))
        return torch.where(after_lead, self.advance_after_lead[ids], self.advance[ids]).cumsum(1)

    def forward(self, ids: Tensor) -> Tensor:
        """Hidden states [batch, tokens, width] of ids [batch, tokens] that start a stream."""
        time = self.musical_time(ids).float()
        angles = time[..., None] * self.time_frequencies
        x = self.embedding(ids) + self.features[ids].float() @ self.feature_embedding
        x = x + self.time(torch.cat((angles.sin(), angles.cos()), dim=-1))
        position = torch.arange(ids.shape[1], device=ids.device)
        turns = position[:, None] * self.per_id + time[..., None] * self.per_unit
        cosine, sine = turns.cos()[:, None], turns.sin()[:, None]
        for layer in self.layers:
            x = layer(x, cosine, sine)
        return rms_norm(x, self.final_gain)

    def input_table(self) -> Tensor:
        """float32 [V, width]."""
        return self.embedding.weight + self.features.float() @ self.feature_embedding

    def output_table(self, ids: Tensor) -> Tensor:
        """float32 [ids, width]."""
        return self.own_head.index_select(0, ids) + self.features.index_select(0, ids).float() @ self.feature_head

    def logits(self, hidden: Tensor) -> Tensor:
        every = torch.arange(self.configuration.vocabulary_size, device=hidden.device)
        return functional.linear(hidden, self.output_table(every))

    def parameter_count(self) -> int:
        """Numbers a pack holds: the tables of features are baked into those of the ids."""
        baked = self.feature_embedding.numel() + self.feature_head.numel()
        return sum(parameter.numel() for parameter in self.parameters()) - baked


def musical_periods(shortest_beats: float) -> tuple[float, ...]:
    """Periods that bars and phrases have, from `shortest_beats` on."""
    periods = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 128.0)
    return tuple(np.array([period for period in periods if period >= shortest_beats]).tolist())
