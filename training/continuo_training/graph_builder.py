"""A few lines over onnx.helper: nodes by name, initializers once, unique value names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class GraphBuilder:
    """`prefix`: before all names, so that the body of a loop shares none with the graph around it."""

    def __init__(self, name: str, prefix: str = "") -> None:
        self._name = name
        self._prefix = prefix
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._constants: dict[bytes, str] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, kind: int, shape: Sequence[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(self._prefix + name, kind, shape))
        return self._prefix + name

    def output(self, name: str, value: str, shape: Sequence[int | str] | None, kind: int = TensorProto.FLOAT) -> None:
        """`shape` None: not told, as the values that a loop carries and that grow must be."""
        whole = self._prefix + name
        self._nodes.append(helper.make_node("Identity", [value], [whole], name=f"{self._prefix}out_{name}"))
        self._outputs.append(helper.make_tensor_value_info(whole, kind, shape))

    def initializer_output(self, name: str, value: np.ndarray) -> None:
        """An output that is always the same, without a node that would make it."""
        whole = self.weight(name, value)
        kind = self._initializers[whole].data_type
        self._outputs.append(helper.make_tensor_value_info(whole, kind, value.shape))

    def weight(self, name: str, value: np.ndarray) -> str:
        """A named initializer, stored in the type of the array."""
        whole = self._prefix + name
        if whole in self._initializers:
            raise ValueError(f"initializer {whole} exists already")
        self._initializers[whole] = numpy_helper.from_array(np.array(value, order="C"), whole)
        return whole

    def weight_once(self, name: str, value: np.ndarray) -> str:
        """The same for a value that several nodes use: told again, it is the one that is there."""
        return self._prefix + name if self.has(self._prefix + name) else self.weight(name, value)

    def has(self, name: str) -> bool:
        return name in self._initializers

    def constant(self, value: float | int | Sequence[int] | np.ndarray, kind: type = np.int64) -> str:
        """A small unnamed initializer; equal values share one."""
        array = np.asarray(value, dtype=kind)
        key = array.tobytes() + str((array.dtype, array.shape)).encode()
        if key not in self._constants:
            self._constants[key] = self.weight(f"c{len(self._constants)}", array)
        return self._constants[key]

    def node(self, operator: str, inputs: Sequence[str], outputs: int = 1, name: str = "", **attributes: object):
        """Adds a node and returns the name of its output (a list of names where there are several)."""
        label = self._prefix + (name or f"{operator}_{len(self._nodes)}")
        names = [label + ("" if outputs == 1 else f".{index}") for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, name=label, **attributes))
        return names[0] if outputs == 1 else names

    def inner(self, name: str, prefix: str | None = None) -> "GraphBuilder":
        """A builder for a graph inside a node of this one; it may use the values of this one by name."""
        return GraphBuilder(name, prefix or f"{self._prefix}{name}_{len(self._nodes)}/")

    def body(self) -> onnx.GraphProto:
        """What was added so far as a graph to put into a node of another."""
        return helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, list(self._initializers.values()))

    def build(self, producer: str, metadata: dict[str, str]) -> onnx.ModelProto:
        model = helper.make_model(
            self.body(), opset_imports=[helper.make_opsetid("", OPSET)], producer_name=producer, ir_version=IR_VERSION
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return model
