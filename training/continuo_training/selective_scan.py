"""The recurrence of Mamba (Gu & Dao, 2023) over a sequence, on any device, with a backward pass of its own.

Step by step, so that what a step works on stays in the cache; only the states are kept for the way back.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class _SelectiveScan(Function):
    @staticmethod
    def forward(
        context: Any, delta: Tensor, inward: Tensor, into: Tensor, outof: Tensor, rate: Tensor, first: Tensor
    ) -> tuple[Tensor, Tensor]:
        states = delta.new_empty(len(delta), *first.shape)
        out = torch.empty_like(delta)
        flow, state = delta * inward, first
        for step in range(len(delta)):
            decay = torch.exp_(delta[step][:, None] * rate)
            inflow = flow[step][:, None] * into[step][..., None]
            state = torch.addcmul(inflow, decay, state, out=states[step])
            torch.sum(state * outof[step][..., None], dim=1, out=out[step])
        context.save_for_backward(delta, inward, into, outof, rate, first, states)
        return out, state.clone()

    @staticmethod
    def backward(context: Any, to_out: Tensor, to_last: Tensor) -> tuple[Tensor, ...]:
        delta, inward, into, outof, rate, first, states = context.saved_tensors
        to_delta, to_flow = torch.empty_like(delta), torch.empty_like(delta)
        to_into, to_outof = torch.empty_like(into), torch.empty_like(outof)
        to_rate = torch.zeros_like(rate)
        flow, flowing = delta * inward, to_last
        for step in range(len(delta) - 1, -1, -1):
            before = states[step - 1] if step else first
            decay = torch.exp_(delta[step][:, None] * rate)
            flowing = torch.addcmul(flowing, to_out[step][:, None], outof[step][..., None])
            to_outof[step] = (states[step] @ to_out[step][..., None])[..., 0]
            to_flow[step] = (flowing * into[step][..., None]).sum(1)
            to_into[step] = (flowing @ flow[step][..., None])[..., 0]
            flowing = flowing * decay
            to_exponent = flowing * before
            to_delta[step] = (to_exponent * rate).sum(1)
            to_rate += (to_exponent * delta[step][:, None]).sum(0)
        return to_delta + to_flow * inward, to_flow * delta, to_into, to_outof, to_rate, flowing


def selective_scan(delta: Tensor, inward: Tensor, into: Tensor, outof: Tensor, rate: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    """h <- exp(delta · rate) h + (delta · inward) into; y = h · outof. Gives y [steps, batch, inner] and the last h.

    `delta`, `inward` [steps, batch, inner]; `into`, `outof` [steps, batch, N]; `rate` [N, inner], negative; `first`
    [batch, N, inner].
    """
    return _SelectiveScan.apply(delta, inward, into.contiguous(), outof.contiguous(), rate, first)
