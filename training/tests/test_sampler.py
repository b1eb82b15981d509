import numpy as np

from continuo_training.midi_file import write_midi
from continuo_training.sampler import NoteSampler, Sampling, choose
from continuo_training.songs import BEAT, CHANNEL, DURATION, SIXTEENTH, TRACK
from continuo_training.step_graph import build_step_graph
from continuo_training.step_session import StepSession
from continuo_training.tiny import setup_rows


def sampler(decoder, seed=0, capacity=256):
    session = StepSession(build_step_graph(decoder, half_tables=False).SerializeToString(), capacity)
    return NoteSampler(session, setup_rows(), [(1, 0), (3, 2)], Sampling(), np.random.default_rng(seed), 160)


def test_random_weights_still_play_valid_music_past_the_end_of_the_context(decoder, tmp_path):
    notes = sampler(decoder).take(160)
    onsets = notes[:, BEAT] * 16 + notes[:, SIXTEENTH]
    assert len(notes) * 8 > 256
    assert (np.diff(onsets) >= 0).all() and (np.diff(onsets) <= 4 * 16 + 15).all()
    assert {(int(t), int(c)) for t, c in notes[:, [TRACK, CHANNEL]]} <= {(1, 0), (3, 2)}
    assert (notes[:, DURATION] > 0).all()
    write_midi(tmp_path / "a.mid", notes, 120)
    assert (tmp_path / "a.mid").read_bytes().startswith(b"MThd")


def test_the_same_seed_plays_the_same(decoder):
    assert (sampler(decoder, 5).take(8) == sampler(decoder, 5).take(8)).all()


def test_limits_of_the_choice_hold():
    logits = np.log(np.array([0.5, 0.3, 0.15, 0.05]))
    draw = lambda **limits: {choose(logits, 1.0, Sampling(**limits), np.random.default_rng(seed)) for seed in range(200)}
    assert draw() == {0, 1, 2, 3}
    assert draw(top_k=2) == {0, 1}
    assert draw(top_p=0.9) == {0, 1, 2}
    assert draw(min_p=0.5) == {0, 1}
    assert choose(logits, 0.0, Sampling(), np.random.default_rng(0)) == 0
