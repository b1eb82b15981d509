from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from conftest import SMALL, song_rows
from test_training_run import settings, songs

from continuo_training.event_export import note_program
from continuo_training.event_graph import build_base_graph, build_event_graph, build_token_graph
from continuo_training.event_model import EventConfiguration, EventNet, NetShape
from continuo_training.event_session import EventSession
from continuo_training.event_task import EventTask
from continuo_training.model import Decoder
from continuo_training.parity import compare
from continuo_training.published_graph import build_published_graphs
from continuo_training.tiny_event import random_net
from continuo_training.training_run import TrainingRun, load_decoder

NET = NetShape(SMALL.layers, SMALL.heads, SMALL.key_value_heads, SMALL.head_dimension, SMALL.hidden)
MUSICAL = EventConfiguration(SMALL.width, NET, NET, SMALL.context_tokens)
PLAIN = replace(MUSICAL, base=replace(NET, key_value_heads=4), token=NetShape(1, 2, 2, 24, 32), musical=False)


def ids_of(rows: int) -> np.ndarray:
    return song_rows(rows, 2).reshape(-1)[: rows * 8].astype(np.int64)


@pytest.mark.parametrize("shape", [MUSICAL, PLAIN])
def test_graphs_say_what_pytorch_says(shape):
    net = random_net(shape, 3)
    session = EventSession(build_base_graph(net, False), build_token_graph(net, False), 640)
    result = compare(net, session, ids_of(24), greedy_tokens=256)
    assert max(result.single_steps, result.chunks) < 1e-4
    assert result.greedy_equal == 256


@pytest.mark.parametrize("shape", [MUSICAL, PLAIN])
def test_an_event_written_in_one_run_is_the_one_written_id_by_id(shape):
    net, ids = random_net(shape, 4), ids_of(10)
    program = note_program(net.configuration.vocabulary_size)
    by_id = EventSession(build_base_graph(net, False), build_token_graph(net, False), 640)
    logits, expected = by_id.extend(ids), []
    for index in range(256):
        first, last = program["firsts"][index % 8], program["lasts"][index % 8]
        expected.append(int(first + logits[first : last + 1].argmax()))
        logits = by_id.extend(expected[-1:])

    session = onnxruntime.InferenceSession(build_event_graph(net, False).SerializeToString())
    past = {v.name: np.zeros((1, v.shape[1], 80, v.shape[3]), np.float32) for v in session.get_inputs() if v.name.startswith("past_")}
    unread, held, written = ids.reshape(1, -1, 8), 0, []
    while len(written) < 256:
        feeds = {**program, **past, "ev": unread, "plen": np.array([held])}
        delta, row = session.run(["delta", "ids"], feeds)
        for buffer, rows in zip(past.values(), delta):
            buffer[0, :, held : held + unread.shape[1]] = rows
        held += unread.shape[1]
        unread = row.reshape(1, 1, 8)
        written += row.tolist()
    assert written == expected


def test_int8_hardly_changes_what_is_said():
    net, ids = random_net(MUSICAL, 5), ids_of(24)
    full = EventSession(build_base_graph(net, False), build_token_graph(net, False), 256).extend(ids)
    small = EventSession(build_base_graph(net, True), build_token_graph(net, True), 256).extend(ids)
    assert np.corrcoef(full, small)[0, 1] > 0.99


def test_knows_nothing_of_what_comes_later():
    net, ids = random_net(MUSICAL, 6), ids_of(20)
    changed = ids.copy()
    changed[101:] = song_rows(40, 9).reshape(-1)[101:160]
    with torch.no_grad():
        one, other = (net(torch.from_numpy(part)[None])[0] for part in (ids, changed))
    assert torch.allclose(one[:101], other[:101], atol=1e-5)
    assert not torch.allclose(one[101:159], other[101:159], atol=1e-3)


def test_a_musical_model_has_no_published_form():
    with pytest.raises(ValueError, match="musical time"):
        build_published_graphs(random_net(MUSICAL, 1))


def test_learns_and_goes_on_from_its_last_checkpoint(tmp_path):
    first = TrainingRun(tmp_path, EventTask(MUSICAL, songs(4), songs(1)), settings(0.08))
    first.train()
    losses = [entry["loss"] for entry in first.progress.history]
    assert losses[-1] < losses[0]
    second = TrainingRun(tmp_path, EventTask(MUSICAL, songs(4), songs(1)), settings(0.1))
    assert second.progress.steps == first.progress.steps
    model, _ = load_decoder(tmp_path / "best.pt")
    assert isinstance(model, EventNet) and model.configuration == MUSICAL


def test_starts_from_a_flat_decoder_of_the_same_width():
    flat = Decoder(SMALL)
    net = EventTask(MUSICAL, songs(1), songs(1), flat=flat).new_model()
    assert torch.equal(net.head, flat.head)
    assert torch.equal(net.token_layers[1].gate_up.weight, flat.layers[1].gate_up.weight)
    with pytest.raises(ValueError, match="another width"):
        EventTask(replace(MUSICAL, width=40), songs(1), songs(1), flat=flat).new_model()
