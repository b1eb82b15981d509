"""PhraseVAE: a bar as 64 numbers, and a decoder that spells it again (after S2SVAE3 of PhraseLDM, arXiv 2512.11348).

* The encoder reads learned queries and the ids of a bar, both ways; what the queries have become is flattened and gives
  mean and spread of the latent (the multi-query bottleneck).
* The decoder is causal. The latent becomes `queries` rows that stand before the ids, so that a host which stores keys
  and values needs it in the first run of a bar only.
* Ids are embedded as rows of their own plus what they have in common (Fundamental Music Embedding of pitch, duration and
  position; velocity; kinds), so that rare merges are not learned from nothing. Export bakes them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .phrase_vocabulary import MASK, PAD
from .sigma_linear import SigmaLinear

LONGEST_TURN, SHORTEST_TURN = 1024.0, 2.5
NORM_EPSILON = 1e-6


@dataclass(frozen=True)
class PhraseConfiguration:
    width: int = 256
    encoder_layers: int = 2
    decoder_layers: int = 4
    heads: int = 4
    hidden: int = 576
    latent: int = 64
    queries: int = 4
    vocabulary_size: int = 8192
    feature_count: int = 264

    @property
    def head_dimension(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


def rms_norm(x: Tensor, gain: Tensor | None = None) -> Tensor:
    normed = x * torch.rsqrt(x.to(torch.promote_types(x.dtype, torch.float32)).square().mean(-1, keepdim=True) + NORM_EPSILON).to(x.dtype)
    return normed if gain is None else normed * gain


def turning_speeds(dimension: int, device: torch.device | None = None) -> Tensor:
    """Radians a position, float32 [dimension / 2]."""
    pairs = dimension // 2
    return 2 * torch.pi / (SHORTEST_TURN * (LONGEST_TURN / SHORTEST_TURN) ** (torch.arange(pairs, device=device) / (pairs - 1)))


def attention_scale(dimension: int) -> float:
    """Of scores of queries and keys that have unit RMS."""
    return 4 / dimension**0.5


def rotary_table(positions: int, dimension: int, device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """cos and sin float32 [positions, dimension / 2]."""
    turns = torch.arange(positions, device=device)[:, None] * turning_speeds(dimension, device)
    return turns.cos(), turns.sin()


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """x [..., dimension]; halves are the two coordinates of each pair."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cosine - b * sine, a * sine + b * cosine), dim=-1)


class PhraseLayer(nn.Module):
    """Pre-norm attention and SwiGLU."""

    def __init__(self, configuration: PhraseConfiguration) -> None:
        super().__init__()
        c = configuration
        self.heads, self.head_dimension = c.heads, c.head_dimension
        depth_share = 0.5
        self.query_key_value = SigmaLinear(c.width, 3 * c.width)
        self.attention_out = SigmaLinear(c.width, c.width, depth_share)
        self.gate_up = SigmaLinear(c.width, 2 * c.hidden)
        self.down = SigmaLinear(c.hidden, c.width, depth_share)
        self.attention_gain = nn.Parameter(torch.ones(c.width))
        self.feed_gain = nn.Parameter(torch.ones(c.width))

    def project(self, x: Tensor, cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys, values, each [batch, heads, tokens, head_dimension]."""
        batch, tokens, _ = x.shape
        mixed = self.query_key_value(rms_norm(x, self.attention_gain))
        query, key, value = mixed.view(batch, tokens, 3, self.heads, self.head_dimension).permute(2, 0, 3, 1, 4)
        return rotate(rms_norm(query), cosine, sine), rotate(rms_norm(key), cosine, sine), value

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """`attended` [batch, heads, tokens, head_dimension]."""
        x = x + self.attention_out(attended.transpose(1, 2).reshape(x.shape))
        gate, up = self.gate_up(rms_norm(x, self.feed_gain)).chunk(2, dim=-1)
        return x + self.down(functional.silu(gate) * up)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        query, key, value = self.project(x, cosine, sine)
        attended = functional.scaled_dot_product_attention(
            query.to(value.dtype), key.to(value.dtype), value, attn_mask=mask, is_causal=causal, scale=attention_scale(self.head_dimension)
        )
        return self.finish(x, attended)


class PhraseNet(nn.Module):
    def __init__(self, configuration: PhraseConfiguration, features: np.ndarray | None = None) -> None:
        """`features` float32 [V, F] may be left out where a state that holds them is loaded next."""
        super().__init__()
        c = configuration
        self.configuration = c
        self.embedding = nn.Parameter(torch.randn(c.vocabulary_size, c.width) * 0.4)
        self.feature_embedding = nn.Parameter(torch.randn(c.feature_count, c.width) * 0.3)
        self.own_head = nn.Parameter(torch.randn(c.vocabulary_size, c.width) * 0.02)
        self.feature_head = nn.Parameter(torch.randn(c.feature_count, c.width) * 0.02)
        self.queries = nn.Parameter(torch.randn(c.queries, c.width) * 0.5)
        self.memory_rows = nn.Parameter(torch.randn(c.queries, c.width) * 0.5)
        self.encoder_layers = nn.ModuleList(PhraseLayer(c) for _ in range(c.encoder_layers))
        self.decoder_layers = nn.ModuleList(PhraseLayer(c) for _ in range(c.decoder_layers))
        self.encoder_gain = nn.Parameter(torch.ones(c.width))
        self.decoder_gain = nn.Parameter(torch.ones(c.width))
        self.to_latent = nn.Linear(c.queries * c.width, 2 * c.latent)
        self.to_memory = nn.Linear(c.latent, c.queries * c.width)
        nn.init.constant_(self.to_latent.bias[c.latent :], -3.0)
        self.register_buffer("features", torch.zeros(c.vocabulary_size, c.feature_count, dtype=torch.float16))
        if features is not None:
            self.features.copy_(torch.from_numpy(features))

    @property
    def layers(self) -> list[PhraseLayer]:
        return [*self.encoder_layers, *self.decoder_layers]

    def keep_encoder(self) -> None:
        """Only the decoder learns from now on: latents, and what was learned of them, stay as they are."""
        for part in (self.embedding, self.feature_embedding, self.queries, self.encoder_gain):
            part.requires_grad_(False)
        self.encoder_layers.requires_grad_(False)
        self.to_latent.requires_grad_(False)

    @property
    def encoder_learns(self) -> bool:
        return self.queries.requires_grad

    def embed(self, ids: Tensor) -> Tensor:
        return self.embedding[ids] + self.features[ids].to(self.feature_embedding.dtype) @ self.feature_embedding

    def encode(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [batch, latent] of bars [batch, tokens], PAD at their ends."""
        c = self.configuration
        x = torch.cat((self.queries.expand(len(ids), -1, -1), self.embed(ids)), dim=1)
        cosine, sine = rotary_table(x.shape[1], c.head_dimension, x.device)
        heard = functional.pad(ids != PAD, (c.queries, 0), value=True)[:, None, None]
        for layer in self.encoder_layers:
            x = layer(x, cosine, sine, heard, False)
        pooled = rms_norm(x[:, : c.queries], self.encoder_gain).reshape(len(ids), -1)
        mean, spread = self.to_latent(pooled).chunk(2, dim=-1)
        return mean.float(), spread.float().clamp(-9, 2)

    def decode(self, latent: Tensor, ids: Tensor) -> Tensor:
        """Hidden states [batch, tokens, width] after each of ids [batch, tokens] (teacher forcing)."""
        c = self.configuration
        memory = self.to_memory(latent).view(len(ids), c.queries, c.width) + self.memory_rows
        x = torch.cat((memory, self.embed(ids)), dim=1)
        cosine, sine = rotary_table(x.shape[1], c.head_dimension, x.device)
        for layer in self.decoder_layers:
            x = layer(x, cosine, sine, None, True)
        return rms_norm(x[:, c.queries :], self.decoder_gain)

    def output_table(self, ids: Tensor) -> Tensor:
        """float32 [ids, width]."""
        return self.own_head.index_select(0, ids) + self.features.index_select(0, ids).to(self.feature_head.dtype) @ self.feature_head

    def parameter_count(self) -> int:
        """Numbers a pack holds: the tables of features are baked into those of the ids."""
        baked = self.feature_embedding.numel() + self.feature_head.numel()
        return sum(parameter.numel() for parameter in self.parameters()) - baked


def drop_ids(ids: Tensor, share: float) -> Tensor:
    """With a share of the ids (the first of each bar excepted) masked, so that the decoder leans on the latent."""
    hidden = torch.rand(ids.shape, device=ids.device) < share
    hidden[:, 0] = False
    return torch.where(hidden & (ids != PAD), MASK, ids)
