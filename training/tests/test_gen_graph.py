"""Whole notes in one run are the notes that single steps and the engine's way to draw would give."""

from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import song_rows

from continuo_training.cuda_check import faults
from continuo_training.gen_from_ids_graph import build_gen_from_ids_graph
from continuo_training.gen_graph import build_gen_graph
from continuo_training.model import Decoder
from continuo_training.quantise import quantise
from continuo_training.step_graph import build_step_graph
from continuo_training.step_session import StepSession
from continuo_training.vocabulary import BLOCKS, EVENT_IDS, EVENT_PARAMETERS, ROW_WIDTH, VOCABULARY_SIZE

NOTE = EVENT_IDS["note"]
DRAWN = ROW_WIDTH - 1
Feeds = dict[str, np.ndarray]


def program(temperature: float = 1.0, top_p: float = 1.0, ranks: int = 0, least_share: float = 0.0) -> Feeds:
    """Rows of notes, one state a column: the note's own id is not drawn."""
    columns = [(NOTE, 1), *[BLOCKS[name] for name in EVENT_PARAMETERS["note"]]]
    biases = np.full((ROW_WIDTH, VOCABULARY_SIZE), -1e9, dtype=np.float32)
    for state, (first, size) in enumerate(columns):
        biases[state, first : first + size] = np.linspace(0, 0.5, size)
    following = np.repeat((np.arange(ROW_WIDTH, dtype=np.int32) + 1) % ROW_WIDTH, VOCABULARY_SIZE)
    return {
        "biases": biases,
        "next": following.reshape(ROW_WIDTH, -1),
        "firsts": np.array([first for first, _ in columns]),
        "lasts": np.array([first + size - 1 for first, size in columns]),
        "temperatures": np.full(ROW_WIDTH, temperature or 1.0),
        "least_shares": np.full(ROW_WIDTH, least_share if temperature else 1.0),
        "draws": np.array([0.0] + [1.0 if temperature else 0.0] * DRAWN),
        "top_p": np.array([top_p]),
        "ranks": np.array([ranks]),
    }


def draw(logits: np.ndarray, rules: Feeds, state: int, uniform: float) -> int:
    """What the engine's contract says of `UnitProgram`, in plain words."""
    scores = logits.astype(np.float64) / rules["temperatures"][state] + rules["biases"][state]
    weights = np.exp(scores - scores.max())
    weights[weights < rules["least_shares"][state]] = 0
    if rules["ranks"][0]:
        order = np.argsort(-weights, kind="stable")[: rules["ranks"][0]]
        before = np.cumsum(weights[order]) - weights[order]
        kept = order[before <= rules["top_p"][0] * np.cumsum(weights)[-1]]
        weights = np.where(np.isin(np.arange(len(weights)), kept), weights, 0)
    sums = np.cumsum(weights)
    return int((sums <= uniform * rules["draws"][state] * sums[-1]).sum())


def session(graph: onnx.ModelProto) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])


def by_steps(graph: onnx.ModelProto, ids: list[int], rules: Feeds, uniforms: np.ndarray) -> list[int]:
    """Notes after `ids`, one for each row of uniforms, id by id."""
    steps, unread, out = StepSession(graph.SerializeToString(), 1024), list(ids), []
    for chances in uniforms:
        unread.append(NOTE)
        out.append(NOTE)
        for state in range(1, ROW_WIDTH):
            out.append(draw(steps.extend(unread), rules, state, chances[state - 1]))
            unread = out[-1:]
    return out


def by_notes(graph: onnx.ModelProto, ids: list[int], rules: Feeds, uniforms: np.ndarray, layers: int, shape: tuple[int, int]) -> list[int]:
    runner, unread, out = session(graph), list(ids), []
    past, length = np.zeros((2 * layers, shape[0], 1024, shape[1]), dtype=np.float32), 0
    for chances in uniforms:
        feeds = {
            "ids": np.array([[*unread, NOTE]]), "plen": np.array([length]), "past": past, "count": np.array([DRAWN]),
            "state": np.array([1]), "uniforms": chances, **rules,
        }  # fmt: skip
        tokens, delta = runner.run(["tokens", "delta"], feeds)
        past[:, :, length : length + delta.shape[2]] = delta
        length += delta.shape[2]
        assert delta.shape[2] == len(unread) + 1 + len(tokens) - 1
        out += [NOTE, *tokens.tolist()]
        unread = out[-1:]
    return out


def from_ids(graph: onnx.ModelProto, streams: list[list[int]], rules: Feeds, uniforms: np.ndarray) -> list[list[int]]:
    """`uniforms` [notes, streams, 7]."""
    runner, streams = session(graph), [list(ids) for ids in streams]
    begun = [len(ids) for ids in streams]
    for chances in uniforms:
        for ids in streams:
            ids.append(NOTE)
        longest = max(len(ids) for ids in streams)
        padded = np.array([ids + [5] * (longest - len(ids)) for ids in streams])
        many = {name: np.repeat(rules[name], len(streams)) for name in ("top_p", "ranks")}
        feeds = {
            **rules, **many, "ids": padded, "lengths": np.array([len(ids) for ids in streams]),
            "count": np.array([DRAWN]), "state": np.ones(len(streams), dtype=np.int64), "uniforms": chances,
        }  # fmt: skip
        for ids, tokens in zip(streams, runner.run(["tokens"], feeds)[0]):
            ids += tokens.tolist()
    return [ids[start:] for ids, start in zip(streams, begun)]


RULES: dict[str, Callable[[], Feeds]] = {
    "greedy": lambda: program(temperature=0),
    "plain": program,
    "unlikely out": lambda: program(0.9, least_share=0.05),
    "top-k": lambda: program(1.2, ranks=5),
    "top-p": lambda: program(top_p=0.8, ranks=VOCABULARY_SIZE),
}


@pytest.fixture
def ids() -> list[int]:
    return song_rows(12)[:-1].reshape(-1).astype(int).tolist()


@pytest.mark.parametrize("name", RULES)
def test_a_note_in_one_run_is_the_note_of_its_steps(decoder: Decoder, ids: list[int], name: str):
    uniforms, rules, c = np.random.default_rng(3).random((32, DRAWN)), RULES[name](), decoder.configuration
    steps = by_steps(build_step_graph(decoder, half_tables=False), ids, rules, uniforms)
    notes = by_notes(build_gen_graph(decoder, half_tables=False), ids, rules, uniforms, c.layers, (c.key_value_heads, c.head_dimension))
    assert len(notes) == 256 and notes == steps


@pytest.mark.parametrize("name", RULES)
def test_a_note_from_ids_alone_is_the_note_of_its_steps(decoder: Decoder, ids: list[int], name: str):
    uniforms, rules = np.random.default_rng(4).random((32, DRAWN)), RULES[name]()
    steps = by_steps(build_step_graph(decoder, half_tables=False), ids, rules, uniforms)
    assert from_ids(build_gen_from_ids_graph(decoder, half_weights=False), [ids], rules, uniforms[:, None]) == [steps]


def test_weights_of_half_precision_give_the_same_notes_in_either_graph(decoder: Decoder, ids: list[int]):
    rules, uniforms = program(temperature=0), np.zeros((32, DRAWN))
    steps = by_steps(build_step_graph(decoder, half_tables=True, half_weights=True), ids, rules, uniforms)
    assert from_ids(build_gen_from_ids_graph(decoder), [ids], rules, uniforms[:, None]) == [steps]


def test_streams_side_by_side_know_nothing_of_each_other(decoder: Decoder, ids: list[int]):
    graph, rules = build_gen_from_ids_graph(decoder, half_weights=False), program(1.1, top_p=0.9, ranks=VOCABULARY_SIZE)
    streams, uniforms = [ids, ids[:24], ids[:67], ids], np.random.default_rng(5).random((3, 4, DRAWN))
    together = from_ids(graph, streams, rules, uniforms)
    alone = [from_ids(graph, [stream], rules, uniforms[:, [index]])[0] for index, stream in enumerate(streams)]
    assert together == alone
    assert together[0] != together[3]


def test_the_unit_ends_where_it_is_complete(decoder: Decoder, ids: list[int]):
    rules, c = program(), decoder.configuration
    rules["next"][3] = 0
    feeds = {
        "ids": np.array([[*ids, NOTE]]), "plen": np.array([0]), "past": np.zeros((2 * c.layers, c.key_value_heads, 8, c.head_dimension), np.float32),
        "count": np.array([DRAWN]), "state": np.array([1]), "uniforms": np.full(DRAWN, 0.5), **rules,
    }  # fmt: skip
    tokens, delta = session(build_gen_graph(decoder, half_tables=False)).run(["tokens", "delta"], feeds)
    assert len(tokens) == 3 and delta.shape[2] == len(ids) + 3


def test_int8_quantises_the_loop_as_it_does_the_step(decoder: Decoder, ids: list[int]):
    uniforms, rules, c = np.random.default_rng(6).random((8, DRAWN)), program(), decoder.configuration
    gen, step = (quantise(build(decoder, half_tables=True)) for build in (build_gen_graph, build_step_graph))
    body = next(attribute.g for node in gen.graph.node if node.op_type == "Loop" for attribute in node.attribute if attribute.name == "body")
    assert sum(node.op_type == "MatMulInteger" for node in body.node) == sum(node.op_type == "MatMulInteger" for node in step.graph.node)
    assert not [tensor.name for tensor in gen.graph.initializer if tensor.name.endswith(".w_quantized")]
    notes = by_notes(gen, ids, rules, uniforms, c.layers, (c.key_value_heads, c.head_dimension))
    same = sum(a == b for a, b in zip(notes, by_steps(step, ids, rules, uniforms)))
    assert same > 0.9 * len(notes)


def test_nothing_in_the_loop_for_a_device_leaves_it(decoder: Decoder):
    assert faults(build_gen_from_ids_graph(decoder)) == []


def test_the_check_sees_what_does(decoder: Decoder):
    sentences = " ".join(faults(build_gen_graph(decoder, half_tables=True)))
    for word in ("kernel of If", "kernel of Shape", "kernel of Range", "worked out on the way"):
        assert word in sentences
    with pytest.raises(ValueError):
        faults(build_step_graph(decoder, half_tables=True))
