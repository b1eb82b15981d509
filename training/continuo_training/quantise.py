"""int8 weights by column, activations quantised at run time (onnxruntime fuses them to DynamicQuantizeMatMul)."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

KEPT_IN_FLOAT = "time_projection"


def quantise(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with int8 matrices; matrices of attention scores and the time projection stay float32."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.onnx"), Path(folder, "target.onnx")
        onnx.save(model, source)
        logging.getLogger().setLevel(logging.ERROR)
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[node.name for node in _nodes(model.graph) if node.name.endswith(KEPT_IN_FLOAT)],
            extra_options={"MatMulConstBOnly": True, "EnableSubgraph": True},
        )
        quantised = onnx.load(target)
    quantised.producer_name = model.producer_name
    return quantised


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Of the graph and the graphs inside its nodes."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)
