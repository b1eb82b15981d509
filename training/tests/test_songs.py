import json

import numpy as np
import pytest
from conftest import song_rows

from continuo_training.keys import normalise
from continuo_training.songs import BEAT, PITCH, SIXTEENTH, read_song
from continuo_training.token_file import MAGIC, read_token_file
from continuo_training.vocabulary import BOS_ROW, EVENT_IDS, PAD, ROW_WIDTH
from continuo_training.windows import WindowSampler, all_windows, note_rows, prepare, targets


def write_token_file(path, songs):
    files, offset = [], 0
    for name, rows in songs:
        files.append({"file": name, "offset": offset, "length": rows.size})
        offset += rows.size
    header = {"tokenizer": "skytnt-events", "options": {}, "vocabularySize": 3406, "rowWidth": 8, "dtype": "uint16", "files": files}
    content = b"".join(rows.astype("<u2").tobytes() for _, rows in songs)
    path.write_bytes(MAGIC + json.dumps(header).encode() + b"\n" + content)


def test_reads_back_every_file_of_a_token_file(tmp_path):
    songs = [("a.mid", song_rows(5)), ("b.mid", song_rows(9, seed=1))]
    write_token_file(tmp_path / "t.bin", songs)
    read = list(read_token_file(tmp_path / "t.bin").songs())
    assert [name for name, _ in read] == ["a.mid", "b.mid"]
    assert all((ids == rows.reshape(-1)).all() for (_, ids), (_, rows) in zip(read, songs))


def test_refuses_a_token_file_that_was_cut_short(tmp_path):
    write_token_file(tmp_path / "t.bin", [("a.mid", song_rows(5))])
    content = (tmp_path / "t.bin").read_bytes()
    (tmp_path / "t.bin").write_bytes(content[:-2])
    with pytest.raises(ValueError, match="cut short"):
        read_token_file(tmp_path / "t.bin")


def test_rows_that_are_left_out_keep_their_time():
    song = read_song("a", song_rows(40).reshape(-1))
    assert len(song.notes) == 40
    onsets = song.notes[:, BEAT] * 16 + song.notes[:, SIXTEENTH]
    assert (np.diff(onsets) >= 0).all()
    rows = note_rows(song.notes, 0)
    again = read_song("a", np.concatenate((BOS_ROW, rows.reshape(-1))))
    assert (again.notes == song.notes).all()


def test_bar_lines_follow_the_metre():
    song = read_song("a", song_rows(60).reshape(-1))
    assert (np.diff(song.bar_lines()) == 3).all()


@pytest.mark.parametrize("shift", range(-6, 6))
def test_every_key_is_moved_to_the_white_keys(shift):
    song = read_song("a", song_rows(300, shift=shift).reshape(-1))
    notes, shifts, _ = normalise(song)
    assert set(notes[:, PITCH] % 12) <= {0, 2, 4, 5, 7, 9, 11}
    assert len(set(shifts)) == 1 and -6 <= shifts[0] <= 5 and (shifts[0] + shift) % 12 == 0


def test_a_window_is_bos_setup_and_notes_from_a_bar_line():
    prepared = prepare(read_song("a", song_rows(200).reshape(-1)), True)
    sampler = WindowSampler([prepared], 24, 3)
    ids, first = sampler.batch(16)
    for window, start in zip(ids, first):
        assert list(window[:ROW_WIDTH]) == BOS_ROW
        heads = window[start::ROW_WIDTH]
        assert set(heads) <= {EVENT_IDS["note"], PAD}
        assert EVENT_IDS["note"] not in window[:start:ROW_WIDTH]


def test_windows_that_follow_each_other_miss_no_note():
    prepared = prepare(read_song("a", song_rows(200).reshape(-1)), True)
    ids, first = all_windows([prepared], 24)
    seen = sum((window[start::ROW_WIDTH] == EVENT_IDS["note"]).sum() for window, start in zip(ids, first))
    assert seen >= 200


def test_nothing_of_the_setup_is_a_target():
    prepared = prepare(read_song("a", song_rows(50).reshape(-1)), True)
    ids, first = all_windows([prepared], 24)
    wanted = targets(ids, first)
    assert (wanted[:, : first[0] - 1] == PAD).all()
    assert wanted[0, first[0] - 1] == EVENT_IDS["note"]
