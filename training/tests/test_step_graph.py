"""The exported graph computes what the decoder computes, however the ids are fed."""

import numpy as np
import pytest
import torch
from conftest import SMALL, song_rows

from continuo_training.model import Decoder, musical_time
from continuo_training.parity import compare
from continuo_training.quantise import quantise
from continuo_training.step_graph import build_step_graph
from continuo_training.step_session import StepSession
from continuo_training.songs import BEAT, SIXTEENTH, read_song
from continuo_training.vocabulary import EVENT_IDS


@pytest.fixture
def ids() -> np.ndarray:
    return song_rows(30)[:-1].reshape(-1).astype(np.int64)


def test_single_steps_and_chunks_agree_with_the_decoder(decoder: Decoder, ids: np.ndarray):
    result = compare(decoder, build_step_graph(decoder, half_tables=False), ids, greedy_tokens=256)
    assert result.single_steps < 1e-4
    assert result.chunks < 1e-4
    assert result.greedy_equal == result.greedy_tokens


def test_dead_rows_and_capacity_change_nothing(decoder: Decoder, ids: np.ndarray):
    graph = build_step_graph(decoder, half_tables=False).SerializeToString()
    small, large = StepSession(graph, len(ids)), StepSession(graph, 4 * len(ids))
    large.extend(ids[::-1].copy())
    large.rewind(0)
    for token in ids:
        assert (small.extend([token]) == large.extend([token])).all()


def test_goes_on_from_a_rewind_as_if_nothing_had_been_there(decoder: Decoder, ids: np.ndarray):
    session = StepSession(build_step_graph(decoder, half_tables=False).SerializeToString(), 512)
    session.extend(ids[:100])
    straight = session.extend(ids[100:103])
    session.extend(ids[103:140])
    session.rewind(100)
    assert np.allclose(session.extend(ids[100:103]), straight, atol=1e-6)


def test_inputs_and_outputs_are_those_of_the_contract(decoder: Decoder):
    graph = build_step_graph(decoder, half_tables=True)
    assert [value.name for value in graph.graph.input] == ["ids", "plen", "past"]
    assert [value.name for value in graph.graph.output] == ["logits", "delta"]
    assert graph.opset_import[0].version == 17


def test_musical_time_is_the_time_of_the_notes():
    rows = song_rows(40)
    time = musical_time(torch.from_numpy(rows.astype(np.int64).reshape(1, -1))).numpy().reshape(-1, 8)
    song = read_song("a", rows.reshape(-1))
    assert (time[rows[:, 0] == EVENT_IDS["note"], 7] == song.notes[:, BEAT] * 16 + song.notes[:, SIXTEENTH]).all()


def test_int8_stays_near(decoder: Decoder, ids: np.ndarray):
    full = build_step_graph(decoder, half_tables=True)
    exact, near = StepSession(full.SerializeToString(), 512), StepSession(quantise(full).SerializeToString(), 512)
    expected, got = exact.extend(ids), near.extend(ids)
    assert np.abs(expected - got).mean() < 0.05 * expected.std()
    assert SMALL.layers == exact.layers == near.layers
