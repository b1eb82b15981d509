"""Linear layers whose weights are reparametrised by their spectral norm (sigmaReparam, Zhai et al., 2023)."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

EVALUATION_ITERATIONS = 12


def in_float32(device: torch.device) -> torch.autocast:
    """Where what is computed on `device` is not computed in less."""
    return torch.autocast(device.type if torch.amp.is_autocast_available(device.type) else "cpu", enabled=False)


class SigmaLinear(nn.Module):
    """x W' with W' = gain · W / s(W), s the largest singular value by power iteration; no bias. Export folds W'."""

    def __init__(self, inputs: int, outputs: int, share: float = 1.0) -> None:
        """`share` of the usual size to begin with."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * inputs**-0.5)
        left, values, _ = torch.linalg.svd(self.weight.detach(), full_matrices=False)
        self.gain = nn.Parameter(values[0] * share)
        self.register_buffer("left", left[:, 0].clone())

    def effective(self) -> Tensor:
        """float32 [outputs, inputs]."""
        with in_float32(self.weight.device):
            with torch.no_grad():
                left = self.left
                for _ in range(1 if torch.is_grad_enabled() and self.training else EVALUATION_ITERATIONS):
                    right = functional.normalize(self.weight.T @ left, dim=0)
                    left = functional.normalize(self.weight @ right, dim=0)
                self.left.copy_(left)
            return self.weight * (self.gain / (left @ (self.weight @ right)))

    def folded(self) -> Tensor:
        """The effective weights by an exact decomposition, float32 [outputs, inputs]."""
        with torch.no_grad():
            return self.weight * (self.gain / torch.linalg.matrix_norm(self.weight, 2))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.effective())


Net = TypeVar("Net", bound=nn.Module)


def folded_copy(net: Net) -> Net:
    """The same net with plain linear layers in the place of these: for much use without training."""
    plain = copy.deepcopy(net)
    for parent in list(plain.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, SigmaLinear):
                linear = nn.Linear(layer.weight.shape[1], layer.weight.shape[0], bias=False)
                linear.weight = nn.Parameter(layer.folded(), requires_grad=False)
                setattr(parent, name, linear)
    return plain
