"""A graph that is served without its past says of a context what the one that is fed its past says."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from conftest import song_rows

from continuo_training.model import Decoder
from continuo_training.served_graph import without_past, write_model
from continuo_training.step_graph import build_step_graph


def run(graph: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> np.ndarray:
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["logits"], feeds)[0]


def test_says_of_a_whole_context_what_the_step_graph_says(decoder: Decoder):
    graph = build_step_graph(decoder, half_tables=False)
    ids = song_rows(12)[:-1].reshape(1, -1).astype(np.int64)
    past = {
        value.name: np.zeros([axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim], np.float32)
        for value in graph.graph.input
        if value.name.startswith("past")
    }
    fed = run(graph, {"ids": ids, "plen": np.zeros(1, np.int64), **past})
    served = without_past(graph)
    assert [value.name for value in served.graph.input] == ["ids"]
    assert [value.name for value in served.graph.output] == ["logits"]
    assert np.array_equal(run(served, {"ids": ids}), fed)


def test_writes_a_repository_as_a_server_reads_it(decoder: Decoder, tmp_path: Path):
    served = without_past(build_step_graph(decoder, half_tables=False))
    folder = write_model(tmp_path, "pop", served, "gpu")
    text = (folder / "config.pbtxt").read_text()
    assert 'name: "pop"\nbackend: "onnxruntime"\nmax_batch_size: 0\n' in text
    assert '{ name: "ids" data_type: TYPE_INT64 dims: [ 1, -1 ] }' in text
    vocabulary = decoder.configuration.vocabulary_size
    assert f'{{ name: "logits" data_type: TYPE_FP32 dims: [ {vocabulary} ] }}' in text
    assert "KIND_GPU" in text
    assert onnx.load(folder / "1" / "model.onnx").graph.input[0].name == "ids"
