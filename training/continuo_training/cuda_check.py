"""Finds what would make a loop on CUDA wait for the processor: onnxruntime would put a copy (Memcpy) around each such node.

The kernels are those that onnxruntime's CUDA provider registers for opset 17 (its OperatorKernels.md), as far as our
graphs use them, with the types of the data they take.
"""

from __future__ import annotations

from collections.abc import Iterator

import onnx
from onnx import TensorProto, shape_inference

_REAL = {TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16}
_WHOLE = {TensorProto.INT32, TensorProto.INT64}
_NUMBER = _REAL | _WHOLE
_ANY = _NUMBER | {TensorProto.BOOL}

KERNELS: dict[str, set[int]] = {
    "Add": _NUMBER, "Sub": _NUMBER, "Mul": _NUMBER, "Div": _NUMBER, "Pow": _NUMBER, "Max": _NUMBER, "Mod": _NUMBER,
    "Sqrt": _REAL, "Exp": _REAL, "Floor": _REAL, "Sigmoid": _REAL, "Softmax": _REAL, "MatMul": _REAL,
    "Sin": _REAL, "Cos": _REAL, "ReduceMean": _REAL, "ReduceMax": _NUMBER, "ReduceSum": _NUMBER, "CumSum": _NUMBER, "TopK": _NUMBER,
    "Equal": _ANY, "Less": _NUMBER, "LessOrEqual": _NUMBER, "Greater": _NUMBER, "GreaterOrEqual": _NUMBER,
    "And": {TensorProto.BOOL}, "Or": {TensorProto.BOOL}, "Not": {TensorProto.BOOL},
    "Cast": _ANY, "Concat": _ANY, "Gather": _ANY, "GatherElements": _ANY, "Identity": _ANY, "Reshape": _ANY, "Slice": _NUMBER,
    "Split": _ANY, "Squeeze": _ANY, "Tile": _NUMBER, "Transpose": _ANY, "Unsqueeze": _ANY, "Where": _NUMBER,
}  # fmt: skip

READ_ON_PROCESSOR = {
    "Reshape": [1], "Slice": [1, 2, 3, 4], "Split": [1], "Squeeze": [1], "Unsqueeze": [1], "Tile": [1],
    "TopK": [1], "CumSum": [1], "ReduceSum": [1],
}  # fmt: skip
"""Inputs that a kernel reads before it starts: known beforehand, or worked out on the device and fetched."""


def faults(model: onnx.ModelProto) -> list[str]:
    """A sentence for everything in the bodies of the graph's loops that would not stay on the device; none is good.
    ValueError where there is no loop."""
    inferred = shape_inference.infer_shapes(model, data_prop=True)
    bodies = [_body(node) for node in inferred.graph.node if node.op_type == "Loop"]
    if not bodies:
        raise ValueError("the graph has no loop to look into")
    around = _constants(inferred.graph)
    return [sentence for body in bodies for sentence in _faults_of(body, _types(inferred.graph), around)]


def _faults_of(body: onnx.GraphProto, types_around: dict[str, int], constants_around: set[str]) -> Iterator[str]:
    types, constants = {**types_around, **_types(body)}, constants_around | _constants(body)
    for node in body.node:
        if node.op_type not in KERNELS or node.domain:
            yield f"{node.name}: there is no CUDA kernel of {node.op_type} that stays on the device"
            continue
        kind = types.get(node.input[1 if node.op_type == "Where" else 0])
        if kind is None:
            yield f"{node.name}: the type of what {node.op_type} takes is not known"
        elif kind not in KERNELS[node.op_type]:
            yield f"{node.name}: {node.op_type} of {TensorProto.DataType.Name(kind)} has no CUDA kernel"
        for index in READ_ON_PROCESSOR.get(node.op_type, []):
            if index < len(node.input) and node.input[index] and node.input[index] not in constants:
                yield f"{node.name}: input {index} of {node.op_type} is worked out on the way"
    carried = {value.name for value in body.input[:2]}
    for node in body.node:
        if carried & set(node.input):
            yield f"{node.name}: the turn and the condition of a loop live on the processor"
    if body.output[0].name not in _constants(body):
        yield f"{body.output[0].name}: whether the loop goes on is worked out on the way"


def _body(loop: onnx.NodeProto) -> onnx.GraphProto:
    return next(attribute.g for attribute in loop.attribute if attribute.name == "body")


def _constants(graph: onnx.GraphProto) -> set[str]:
    return {tensor.name for tensor in graph.initializer}


def _types(graph: onnx.GraphProto) -> dict[str, int]:
    values = [*graph.input, *graph.output, *graph.value_info]
    return {value.name: value.type.tensor_type.elem_type for value in values} | {t.name: t.data_type for t in graph.initializer}
