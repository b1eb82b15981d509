"""A few lines over onnx.helper: nodes by name, initializers once, unique value names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class GraphBuilder:
    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._constants: dict[bytes, str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, shape: Sequence[int | str]) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name], name=f"out_{name}"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def weight(self, name: str, value: np.ndarray) -> str:
        """A named initializer, stored in the type of the array."""
        if name in self._initializers:
            raise ValueError(f"initializer {name} exists already")
        self._initializers[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def constant(self, value: float | int | Sequence[int], kind: type = np.int64) -> str:
        """A small unnamed initializer; equal values share one."""
        array = np.asarray(value, dtype=kind)
        key = array.tobytes() + str((array.dtype, array.shape)).encode()
        if key not in self._constants:
            self._constants[key] = self.weight(f"c{len(self._constants)}", array)
        return self._constants[key]

    def node(self, operator: str, inputs: Sequence[str], outputs: int = 1, name: str = "", **attributes: object):
        """Adds a node and returns the name of its output (a list of names where there are several)."""
        label = name or f"{operator}_{len(self._nodes)}"
        names = [label + ("" if outputs == 1 else f".{index}") for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, name=label, **attributes))
        return names[0] if outputs == 1 else names

    def build(self, producer: str, metadata: dict[str, str]) -> onnx.ModelProto:
        graph = helper.make_graph(
            self._nodes, self._name, self._inputs, self._outputs, list(self._initializers.values())
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name=producer, ir_version=IR_VERSION
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model
