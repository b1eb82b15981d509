"""A LatentMamba as the ONNX graph `mamba`: one step, all blocks.

`latent` float32 [1, D]; `control` int64 [1], a row of the table of controls, or 0 where the step is the latent's; `state` float32
[blocks, E (3 + N)] -> `logits` [K] of the codes of what follows, `next`, the state after the step. The first state is zeros.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto

from .decoder_nodes import Storage
from .graph_builder import GraphBuilder
from .phrase_mamba import LatentMamba, MambaBlock
from .phrase_net import NORM_EPSILON
from .step_graph import PRODUCER


def build_mamba_graph(model: LatentMamba, storage: Storage) -> onnx.ModelProto:
    """`storage.half_weights`: the matrices of the blocks and of the codes are stored in fp16; what they do is done in float32."""
    return _MambaGraph(model, storage).build()


class _MambaGraph:
    def __init__(self, model: LatentMamba, storage: Storage) -> None:
        self._g, self._model, self._c, self._storage = GraphBuilder("mamba"), model, model.configuration, storage

    def build(self) -> onnx.ModelProto:
        g, c, model = self._g, self._c, self._model
        latent = g.input("latent", TensorProto.FLOAT, [1, c.latent])
        control = g.input("control", TensorProto.INT64, [1])
        state = g.input("state", TensorProto.FLOAT, [c.blocks, c.state_width])
        heard = g.node("Add", [self._matmul(latent, "from_latent", model.from_latent.weight, half=False), self._weight("from_latent.b", model.from_latent.bias)])
        told = g.node("Gather", [self._weight("controls", model.controls), control], axis=0)
        x = g.node("Where", [g.node("Greater", [control, g.constant(0)]), told, heard])
        following = []
        for index, (block, part) in enumerate(zip(model.layers, g.node("Split", [state, g.constant([1] * c.blocks)], outputs=c.blocks, axis=0), strict=True)):
            x, after = self._block(f"layers.{index}", block, x, part)
            following.append(after)
        logits = self._matmul(self._norm(x, "final_gain", model.final_gain), "head", model.head.weight)
        logits = g.node("Add", [logits, self._weight("head.b", model.head.bias)])
        g.output("logits", g.node("Reshape", [logits, g.constant([-1])]), [c.codes])
        g.output("next", g.node("Concat", following, axis=0), [c.blocks, c.state_width])
        return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})

    def _block(self, name: str, block: MambaBlock, x: str, state: str) -> tuple[str, str]:
        """x and the state of the block [1, E (3 + N)] after the step."""
        g, c = self._g, self._c
        rows = g.node("Reshape", [state, g.constant([c.window - 1 + c.state, c.inner])])
        window, held = g.node("Split", [rows, g.constant([c.window - 1, c.state])], outputs=2, axis=0)
        both = self._matmul(self._norm(x, f"{name}.gain", block.gain), f"{name}.into", block.into.folded())
        inward, gate = g.node("Split", [both, g.constant([c.inner, c.inner])], outputs=2, axis=1)
        window = g.node("Concat", [window, inward], axis=0)
        mixed = g.node("ReduceSum", [g.node("Mul", [window, self._weight(f"{name}.kernel", block.kernel.T)]), g.constant([0])], keepdims=1)
        u = self._silu(g.node("Add", [mixed, self._weight(f"{name}.kernel_bias", block.kernel_bias)]))
        chosen = self._matmul(u, f"{name}.select", block.select.weight)
        pace, into, outof = g.node("Split", [chosen, g.constant([c.rank, c.state, c.state])], outputs=3, axis=1)
        pace = self._matmul(pace, f"{name}.pace", block.pace.weight, half=False)
        delta = g.node("Softplus", [g.node("Add", [pace, self._weight(f"{name}.pace.b", block.pace.bias)])])
        decay = g.node("Exp", [g.node("Mul", [delta, self._weight(f"{name}.rate", -block.log_decay.exp())])])
        into = g.node("Reshape", [into, g.constant([-1, 1])])
        held = g.node("Add", [g.node("Mul", [decay, held]), g.node("Mul", [g.node("Mul", [delta, u]), into])])
        y = g.node("Add", [g.node("MatMul", [outof, held]), g.node("Mul", [u, self._weight(f"{name}.skip", block.skip)])])
        out = self._matmul(g.node("Mul", [y, self._silu(gate)]), f"{name}.out", block.out.folded())
        window = g.node("Slice", [window, g.constant([1]), g.constant([c.window]), g.constant([0])])
        after = g.node("Reshape", [g.node("Concat", [window, held], axis=0), g.constant([1, -1])])
        return g.node("Add", [x, out]), after

    def _silu(self, x: str) -> str:
        return self._g.node("Mul", [x, self._g.node("Sigmoid", [x])])

    def _norm(self, x: str, name: str, gain: torch.Tensor) -> str:
        g = self._g
        mean = g.node("ReduceMean", [g.node("Pow", [x, g.constant(2.0, np.float32)])], axes=[-1])
        root = g.node("Sqrt", [g.node("Add", [mean, g.constant(NORM_EPSILON, np.float32)])])
        return g.node("Mul", [g.node("Div", [x, root]), self._weight(name, gain)])

    def _matmul(self, x: str, name: str, weight: torch.Tensor, half: bool = True) -> str:
        g, numbers = self._g, weight.detach().numpy().T
        if not (half and self._storage.half_weights):
            return g.node("MatMul", [x, g.weight(f"{name}.w", numbers)], name=name)
        stored = g.node("Cast", [g.weight(f"{name}.w", numbers.astype(np.float16))], to=TensorProto.FLOAT, name=f"{name}.float")
        return g.node("MatMul", [x, stored], name=name)

    def _weight(self, name: str, value: torch.Tensor) -> str:
        return self._g.weight(name, value.detach().numpy())
