"""Muon for the matrices inside the net, Adam for tables, gains and the head.

Muon (K. Jordan et al., 2024): momentum, then the nearest orthogonal matrix by a Newton-Schulz iteration.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5


def orthogonalise(matrices: Tensor) -> Tensor:
    """Approximate U V^T of each matrix [n, rows, columns], in bfloat16."""
    a, b, c = NEWTON_SCHULZ
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """`lr`: length of a step in units of orthogonal matrices; `weight_decay` is decoupled."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    by_shape.setdefault(parameter.shape, []).append(parameter)
            for shape, parameters in by_shape.items():
                self._step_together(group, shape, parameters)

    def _step_together(self, group: dict, shape: torch.Size, parameters: list[nn.Parameter]) -> None:
        updates = []
        for parameter in parameters:
            state = self.state[parameter]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(parameter)
            state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
            updates.append(parameter.grad.lerp(state["momentum"], group["momentum"]))
        directions = orthogonalise(torch.stack(updates)).float()
        scale = group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5
        for parameter, direction in zip(parameters, directions):
            parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(direction, alpha=-scale)


def make_optimisers(model: nn.Module, matrix_rate: float, table_rate: float, weight_decay: float):
    """(Muon, AdamW) over the parameters of a model; matrices in its lists of layers are trained with Muon."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "layers." in name]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return (
        Muon(matrices, lr=matrix_rate, weight_decay=weight_decay),
        torch.optim.AdamW(others, lr=table_rate, betas=(0.9, 0.98), weight_decay=0.0),
    )
