"""The velocity codes of beat-kmeans: to the bit as the tokenizer decodes them, learned from the onsets alone."""

import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from continuo_training.beat_cells import read_struck_notes, velocity_cells
from continuo_training.beat_velocities import MOST_ONSETS, VelocityModel, main, measure, to_batch, train
from continuo_training.velocity_codes import CODES, CONSTANT, LEARNED, VelocityNetwork, decode_table, nearest_codes

ROOT = Path(__file__).parents[2]
SHIPPED = json.loads((ROOT / "src/plugins/tokenizers/beat-kmeans/velocities.json").read_text())


def random_cells(seed: int, count: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Pairs and threes whose later onsets are softer by one of a few steps."""
    rng = random.Random(seed)
    cells = []
    for _ in range(count):
        frames = tuple(sorted(rng.sample(range(0, 48, 6), rng.choice([2, 3]))))
        first, step = rng.randint(50, 100), rng.choice([-21, -13, 6, 17])
        cells.append((frames, tuple(first + step * index // (len(frames) - 1) for index in range(len(frames)))))
    return cells


def midi(events: bytes) -> bytes:
    body = events + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(body)) + body


def test_reads_velocities_of_keys_or_of_drums(tmp_path: Path):
    path = tmp_path / "two.mid"
    path.write_bytes(midi(bytes.fromhex("00903c40 00993040 30803c00 00893000 00903c50 303c00".replace(" ", ""))))
    assert sorted(read_struck_notes(path)) == [(60, 0, 24, 64), (60, 24, 48, 80)]
    assert read_struck_notes(path, drums=True) == [(48, 0, 24, 64)]
    assert velocity_cells(read_struck_notes(path)) == [((0, 24), (64, 80))]


def test_of_notes_that_begin_together_the_loudest_counts():
    assert velocity_cells([(60, 0, 9, 30), (60, 0, 4, 70), (60, 48, 50, 20)]) == [((0,), (70,)), ((0,), (20,))]


def test_decodes_the_shipped_codes_as_the_tokenizer_does():
    network = VelocityNetwork.from_json(SHIPPED)
    for vector in json.loads((ROOT / "test/fixtures/beat-kmeans/velocity-courses.json").read_text()):
        assert network.decode(tuple(vector["frames"])).tolist() == vector["courses"]


def test_the_first_codes_are_one_velocity_in_both_codecs():
    for decode in (VelocityNetwork.from_json(SHIPPED).decode, decode_table):
        courses = decode((0, 20, 40))
        assert courses.shape == (CODES, 3)
        assert (courses[:CONSTANT] == np.arange(1, 128)[:, None]).all()
        assert (decode((9,)) >= 1).all() and (decode((9,)) <= 127).all()


def test_the_table_goes_on_a_straight_line():
    assert decode_table((0, 1, 2))[127 + 17 * 11 + 10].tolist() == [64, 84, 104]


def test_the_lowest_of_several_nearest_codes_is_taken():
    assert nearest_codes(np.array([[5, 5], [4, 6], [6, 4]]), np.array([[4, 4], [5, 7], [5, 5]])).tolist() == [0, 1, 0]


def test_looks_for_codes_as_exhaustively_as_one_by_one():
    torch.manual_seed(3)
    model = VelocityModel(4, 8)
    frames, velocities, mask = to_batch(random_cells(1, 50))
    vectors = model.vectors(frames, mask).detach()
    levels, directions = (each.detach() for each in model.codes())
    told = torch.einsum("bnd,kd->bkn", vectors, directions) + levels.view(1, -1, 1)
    errors = (((told - velocities.unsqueeze(1)) * mask.unsqueeze(1)) ** 2).sum(2)
    chosen = errors.gather(1, model.nearest(vectors, velocities, mask).unsqueeze(1)).squeeze(1)
    assert torch.allclose(chosen, errors.min(1).values, atol=0.05)


def test_rounding_moves_no_velocity_by_more_than_one():
    torch.manual_seed(4)
    model = VelocityModel(4, 8)
    frames = (0, 13, 40)
    at = torch.tensor([frames + (0,) * (MOST_ONSETS - 3)])
    mask = torch.tensor([[1.0] * 3 + [0.0] * (MOST_ONSETS - 3)])
    with torch.no_grad():
        told = model.directions @ model.vectors(at, mask)[0, :3].T + model.levels.unsqueeze(1)
    order = np.lexsort((model.directions[:, 0].detach().numpy(), model.levels.detach().numpy()))
    exact = told.clamp(1, 127).numpy()[order]
    assert np.abs(model.rounded().decode(frames)[CONSTANT:] - exact).max() <= 1


def test_learns_courses_that_the_table_does_not_have():
    cells = random_cells(5, 3000)
    network = train([to_batch(cells)], [1.0], 150, 3, 8, 0.0, 512).rounded()
    learned, table = (measure(random_cells(6, 500), decode) for decode in (network.decode, decode_table))
    assert len(network.levels) == LEARNED
    assert learned["error"] < 0.85 * table["error"]
    assert learned["onsets"] == table["onsets"] == learned["repeatedOnsets"]


def test_a_key_struck_once_costs_nothing():
    assert measure([((3,), (71,))], decode_table)["error"] == 0


def test_cells_of_one_velocity_teach_nothing():
    with pytest.raises(ValueError, match="nothing to learn"):
        to_batch([((0, 24), (64, 64)), ((5,), (90,))])


def test_writes_the_codes_of_a_folder(tmp_path: Path):
    (tmp_path / "one.mid").write_bytes(midi(bytes.fromhex("00903c40 0a3c00 0a3c50 0a3c00".replace(" ", ""))))
    out = tmp_path / "velocities.json"
    given = ["--train", f"own={tmp_path}", "--held-out", f"own={tmp_path}", "--weight", "own=2", "--steps", "2", "--out", str(out)]
    assert main(given) == 0
    content = json.loads(out.read_text())
    assert content["format"] == SHIPPED["format"] and content.keys() == SHIPPED.keys()
    assert content["trainedOn"] == [{"set": "own", "licence": "", "cells": 1, "weight": 2.0}]
    assert content["heldOut"]["own"]["learned"]["repeatedOnsets"] == 2
    assert main(["--train", f"own={tmp_path / 'empty'}", "--held-out", f"own={tmp_path}", "--out", str(out)]) == 1
