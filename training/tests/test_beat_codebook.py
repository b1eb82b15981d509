"""The codebook of beat-kmeans: anchors as the tokenizer numbers them, codes that occur, honest figures."""

import json
import random
import struct
from pathlib import Path

import pytest

from continuo_training.beat_cells import count_cells, read_notes
from continuo_training.beat_codebook import (
    ROOM,
    anchor_count,
    build,
    cluster,
    halves,
    is_anchor,
    learn,
    main,
    measure,
    most_frequent,
    text,
)

NOTHING = {48: [], 24: [], 12: []}


def pattern(words: str) -> tuple[int, int]:
    sustain = sum(1 << at for at, word in enumerate(words) if word != ".")
    return sustain, sum(1 << at for at, word in enumerate(words) if word == "x")


def whole(words: str) -> tuple[int, int]:
    return pattern(words.ljust(48, "."))


def random_cells(seed: int, count: int) -> dict[tuple[int, int], float]:
    """Cells of two or three sounds."""
    rng = random.Random(seed)
    cells = {}
    while len(cells) < count:
        edges = sorted(rng.sample(range(48), rng.choice([4, 6])))
        words = ["."] * 48
        for start, end in zip(edges[::2], edges[1::2]):
            words[start:end] = ["x", *"-" * (end - start - 1)]
        cells[pattern("".join(words))] = float(rng.randint(1, 100))
    return cells


def midi(events: bytes, division: int = 96) -> bytes:
    body = events + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, division) + b"MTrk" + struct.pack(">I", len(body)) + body


def test_counts_the_anchors_of_each_level():
    assert [anchor_count(frames) for frames in (48, 24, 12)] == [1224, 325, 377]


def test_an_anchor_has_one_sound_or_one_onset_in_a_quarter():
    assert is_anchor(whole("--"), 48) and is_anchor(whole("..x-"), 48)
    assert not is_anchor(whole("x.x"), 48) and not is_anchor(whole("-x"), 48)
    assert not is_anchor(pattern("-x".ljust(24, ".")), 24)
    assert is_anchor(pattern("-x..........")  , 12) and is_anchor(pattern("............"), 12)
    assert not is_anchor(pattern("xx.........."), 12)


def test_reads_notes_to_the_nearest_frame_and_leaves_drums_out(tmp_path: Path):
    events = bytes.fromhex("00903c40 01993040 5f803c00 00893000 00903c40 003e40 303c00 003e00".replace(" ", ""))
    path = tmp_path / "two.mid"
    path.write_bytes(midi(events))
    assert sorted(read_notes(path)) == [(60, 0, 48), (60, 48, 72), (62, 48, 72)]


def test_refuses_what_is_no_midi_file(tmp_path: Path):
    path = tmp_path / "none.mid"
    path.write_bytes(b"none")
    with pytest.raises(ValueError, match="no MIDI file"):
        read_notes(path)


def test_cells_go_on_over_beats_and_end_where_their_key_is_struck_again():
    cells = count_cells([(60, 24, 60), (60, 50, 52), (60, 50, 51), (61, 0, 144)])
    assert cells == {
        whole("." * 24 + "x" + "-" * 23): 1,
        whole("--x-"): 1,
        whole("x" + "-" * 47): 1,
        whole("-" * 48): 2,
    }


def test_clusters_are_patterns_that_occur_as_many_as_there_is_room_for():
    cells = random_cells(1, 400)
    chosen = cluster(cells, 48, 50)
    assert len(set(chosen)) == 50
    assert all(each in cells for each in chosen)
    assert chosen == cluster(cells, 48, 50)


def test_takes_all_patterns_where_there_is_room_for_all():
    cells = random_cells(2, 40)
    assert sorted(cluster(cells, 48, 50)) == sorted(cells)


def test_learns_no_anchor_and_no_pattern_twice():
    learned = learn(random_cells(3, 2500), cluster)
    for frames, patterns in learned.items():
        assert len(patterns) <= ROOM[frames] - anchor_count(frames)
        assert len(set(patterns)) == len(patterns)
        assert not any(is_anchor(each, frames) for each in patterns)


def test_measures_codes_and_what_is_not_exact():
    cells = {whole("x--"): 2.0, whole("x" + "." * 23 + "x"): 1.0, whole("xx"): 1.0}
    assert measure(cells, NOTHING) == {"cells": 4, "level1Exact": 0.5, "codesPerCell": 1.75, "lossy": 0.25}
    known = {**NOTHING, 48: [whole("xx")]}
    assert measure(cells, known) == {"cells": 4, "level1Exact": 0.75, "codesPerCell": 1.25, "lossy": 0.0}


def test_a_codebook_is_no_worse_than_its_anchors():
    train, test = random_cells(4, 3000), random_cells(5, 500)
    book = build({"a": train}, {"a": test}, {"a": "CC0-1.0"})
    figures = book["heldOut"]["a"]
    assert figures["shipped"]["codesPerCell"] <= figures["anchorsOnly"]["codesPerCell"]
    assert figures["shipped"]["lossy"] <= figures["anchorsOnly"]["lossy"]
    assert book["trainedOn"] == [{"set": "a", "licence": "CC0-1.0", "cells": int(sum(train.values()))}]


def test_text_is_what_the_tokenizer_reads():
    assert text(whole("--x-.x"), 48) == "--x-.x".ljust(48, ".")
    assert [text(each, 12) for each in halves(pattern("x" + "-" * 23), 24)] == ["x" + "-" * 11, "-" * 12]
    assert most_frequent({pattern("x"): 1.0, pattern("xx"): 3.0}, 1) == [pattern("xx")]


def test_writes_a_codebook_of_a_folder(tmp_path: Path):
    events = bytes.fromhex("00903c40 0a3c00 0a3c40 0a3c00".replace(" ", ""))
    (tmp_path / "one.mid").write_bytes(midi(events))
    out = tmp_path / "codebook.json"
    assert main(["--train", f"own={tmp_path}", "--held-out", f"own={tmp_path}", "--out", str(out)]) == 0
    content = json.loads(out.read_text())
    assert content["learned"]["level1"] == ["x----.....x----".ljust(48, ".")]
    assert main(["--train", f"own={tmp_path / 'empty'}", "--held-out", f"own={tmp_path}", "--out", str(out)]) == 1
