"""Graphs for a server that remembers nothing: the past of a `step` or `gen` graph is empty, once and for all.

What is left asks for the ids of the whole context. `write_model` puts such a graph into a model repository as NVIDIA
Triton reads it: NAME/config.pbtxt and NAME/1/model.onnx.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

TYPES = {
    TensorProto.INT64: "TYPE_INT64",
    TensorProto.INT32: "TYPE_INT32",
    TensorProto.FLOAT: "TYPE_FP32",
    TensorProto.FLOAT16: "TYPE_FP16",
    TensorProto.DOUBLE: "TYPE_FP64",
}


def without_past(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose inputs `plen` and `past…` are constants, zero rows that count; the new rows are no output any more."""
    served = onnx.ModelProto()
    served.CopyFrom(model)
    graph = served.graph
    for value in [one for one in graph.input if one.name == "plen" or one.name.startswith("past")]:
        kind = value.type.tensor_type
        shape = [axis.dim_value or 1 for axis in kind.shape.dim]
        zeros = np.zeros(shape, onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type))
        graph.initializer.append(numpy_helper.from_array(zeros, value.name))
        graph.input.remove(value)
    for value in [one for one in graph.output if one.name == "delta"]:
        graph.output.remove(value)
    onnx.checker.check_model(served)
    return served


def configuration(name: str, model: onnx.ModelProto, device: str) -> str:
    """Triton's config.pbtxt; `device` is "gpu" or "cpu"."""
    sides = "\n".join(_tensors(side, values) for side, values in (("input", model.graph.input), ("output", model.graph.output)))
    return (
        f'name: "{name}"\nbackend: "onnxruntime"\nmax_batch_size: 0\n{sides}\n'
        f"instance_group [ {{ count: 1 kind: KIND_{device.upper()} }} ]\n"
    )


def write_model(repository: Path, name: str, model: onnx.ModelProto, device: str) -> Path:
    """Writes NAME/config.pbtxt and NAME/1/model.onnx; returns the folder."""
    folder = repository / name
    (folder / "1").mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "1" / "model.onnx")
    (folder / "config.pbtxt").write_text(configuration(name, model, device), encoding="utf-8")
    return folder


def _tensors(side: str, values: object) -> str:
    lines = []
    for value in values:
        kind = value.type.tensor_type
        dims = ", ".join(str(axis.dim_value or -1) for axis in kind.shape.dim)
        lines.append(f'  {{ name: "{value.name}" data_type: {TYPES[kind.elem_type]} dims: [ {dims} ] }}')
    return f"{side} [\n" + ",\n".join(lines) + "\n]"
