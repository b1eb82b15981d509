"""LatentMamba: which bar comes next, as a recurrent net over the latents of bars and the controls between them.

* Blocks are Mamba's (Gu & Dao, 2023; equations of the reference in plain PyTorch by J. Ma): Euler step for B, rank-R steps
  per channel. The state of all blocks is one array of fixed size, [blocks, inner · (window + state)].
* The head chooses one of K codes, the k-means centroids of the training latents: a regression of the latent itself
  collapses to its mean, which is silence.
* Controls (tempo class, mode, metre, density, style) are steps of their own, so they can change while it plays.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .phrase_net import rms_norm
from .selective_scan import selective_scan
from .sigma_linear import SigmaLinear

SHORTEST_STEP, LONGEST_STEP, STEP_FLOOR = 1e-3, 1e-1, 1e-4


@dataclass(frozen=True)
class MambaConfiguration:
    """`controls`: rows of the table of controls; row 0 is never used."""

    controls: int
    width: int = 192
    blocks: int = 4
    state: int = 16
    window: int = 4
    latent: int = 64
    codes: int = 512
    dropout: float = 0.25

    @property
    def inner(self) -> int:
        return 2 * self.width

    @property
    def rank(self) -> int:
        return math.ceil(self.width / 16)

    @property
    def state_width(self) -> int:
        return self.inner * (self.window - 1 + self.state)

    def as_dict(self) -> dict:
        return asdict(self)


class MambaBlock(nn.Module):
    def __init__(self, configuration: MambaConfiguration) -> None:
        super().__init__()
        c = configuration
        self.configuration = c
        self.gain = nn.Parameter(torch.ones(c.width))
        self.into = SigmaLinear(c.width, 2 * c.inner)
        self.out = SigmaLinear(c.inner, c.width, 0.5)
        self.kernel = nn.Parameter((torch.rand(c.inner, c.window) * 2 - 1) * c.window**-0.5)
        self.kernel_bias = nn.Parameter(torch.zeros(c.inner))
        self.select = nn.Linear(c.inner, c.rank + 2 * c.state, bias=False)
        self.pace = nn.Linear(c.rank, c.inner)
        self.log_decay = nn.Parameter(torch.arange(1, c.state + 1).float().log()[:, None].repeat(1, c.inner))
        self.skip = nn.Parameter(torch.ones(c.inner))
        nn.init.uniform_(self.pace.weight, -(c.rank**-0.5), c.rank**-0.5)
        low, high = math.log(SHORTEST_STEP), math.log(LONGEST_STEP)
        step = torch.exp(torch.rand(c.inner) * (high - low) + low).clamp(min=STEP_FLOOR)
        with torch.no_grad():
            self.pace.bias.copy_(step + torch.log(-torch.expm1(-step)))

    def forward(self, x: Tensor, heard: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x [steps, batch, width]; `heard` [window - 1, batch, inner], oldest first; `state` [batch, N, inner]; all float32."""
        c = self.configuration
        inward, gate = self.into(rms_norm(x, self.gain)).chunk(2, dim=-1)
        heard = torch.cat((heard, inward))
        steps = len(x)
        mixed = sum(self.kernel[:, tap] * heard[tap : tap + steps] for tap in range(c.window)) + self.kernel_bias
        u = functional.silu(mixed)
        pace, into, outof = self.select(u).split((c.rank, c.state, c.state), dim=-1)
        delta = functional.softplus(self.pace(pace))
        y, state = selective_scan(delta, u, into, outof, -self.log_decay.exp(), state)
        return x + self.out((y + self.skip * u) * functional.silu(gate)), heard[steps:], state


class LatentMamba(nn.Module):
    def __init__(self, configuration: MambaConfiguration) -> None:
        super().__init__()
        c = configuration
        self.configuration = c
        self.from_latent = nn.Linear(c.latent, c.width)
        self.controls = nn.Parameter(torch.randn(c.controls, c.width) * 0.5)
        self.layers = nn.ModuleList(MambaBlock(c) for _ in range(c.blocks))
        self.final_gain = nn.Parameter(torch.ones(c.width))
        self.head = nn.Linear(c.width, c.codes)
        self.dropout = nn.Dropout(c.dropout)

    def first_state(self, batch: int) -> Tensor:
        """[batch, blocks, inner · (window - 1 + N)]: the window, oldest first, then N rows of states."""
        return self.controls.new_zeros(batch, self.configuration.blocks, self.configuration.state_width)

    def forward(self, latents: Tensor, controls: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [batch, steps, K] after each step and the state. `latents` [batch, steps, latent]; `controls` int64
        [batch, steps], 0 where the step is a latent; `state` as first_state."""
        c = self.configuration
        x = torch.where(controls[..., None] > 0, self.controls[controls], self.from_latent(latents)).transpose(0, 1)
        following = []
        for block, of_block in zip(self.layers, state.unbind(1), strict=True):
            heard, held = of_block.split((c.inner * (c.window - 1), c.inner * c.state), dim=1)
            heard = heard.view(-1, c.window - 1, c.inner).transpose(0, 1)
            before = x
            x, heard, held = block(x, heard, held.view(-1, c.state, c.inner))
            x = before + self.dropout(x - before)
            following.append(torch.cat((heard.transpose(0, 1).flatten(1), held.flatten(1)), dim=1))
        logits = self.head(self.dropout(rms_norm(x, self.final_gain)))
        return logits.transpose(0, 1), torch.stack(following, dim=1)

    def step(self, latent: Tensor, control: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """One step: `latent` [1, latent], `control` int64 [1], `state` [blocks, width of it] -> logits [K], next state."""
        logits, following = self(latent[None], control[None], state[None])
        return logits[0, 0], following[0]

    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())
