"""The SentencePiece model of the theremin tokenizer loses nothing and knows what it has heard."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from continuo_training.sentencepiece_model import (
    common_characters,
    main,
    read_notes,
    training_lines,
)
from continuo_training.theremin_notes import CONTROL_IDS

sentencepiece = pytest.importorskip("sentencepiece")


def song(seed: int, notes: int = 400) -> str:
    """Notes of 24, each followed by one of three, and five that hardly any other song has."""
    chooser = random.Random(seed)
    text, last = [], 0
    for _ in range(notes):
        last = (last * 5 + chooser.randrange(3)) % 24
        text.append(chr(0x80000 | (last % 3) * 6 << 12 | 4 << 7 | 48 + last))
    rare = [chr(0xC0000 | chooser.randrange(64) << 12 | chooser.randrange(128)) for _ in range(5)]
    return "".join(text + rare)


def write_tokens(path: Path, songs: list[str], model: str = "bytes") -> Path:
    ids = [[2, *(byte + CONTROL_IDS for byte in text.encode("utf-8")), 3] for text in songs]
    files, offset = [], 0
    for index, part in enumerate(ids):
        files.append({"file": f"{index}.mid", "offset": offset, "length": len(part)})
        offset += len(part)
    header = {"tokenizer": "theremin", "options": {"model": model, "time": "beats", "steps_per_beat": 24, "durations_per_beat": 8}, "dtype": "uint16", "files": files}
    body = np.array([token for part in ids for token in part], dtype="<u2").tobytes()
    path.write_bytes(b"CTOK1\n" + json.dumps(header).encode() + b"\n" + body)
    return path


def test_reads_back_the_notes_of_each_song(tmp_path: Path) -> None:
    songs = [song(1), song(2)]
    assert read_notes(write_tokens(tmp_path / "a.bin", songs)) == songs


def test_refuses_ids_that_are_not_bytes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="model=bytes"):
        read_notes(write_tokens(tmp_path / "a.bin", [song(1)], model="other"))


def test_ends_a_line_at_a_note_that_is_not_known() -> None:
    assert training_lines(["abcab", "c"], {"a", "b"}) == ["ab", "ab"]
    assert common_characters(["aab", "bc"], 5) == {"a", "b"}
    assert common_characters(["aaab", "bc"], 1) == {"a"}


def test_trains_a_model_that_loses_nothing(tmp_path: Path) -> None:
    data = write_tokens(tmp_path / "train.bin", [song(seed) for seed in range(20)])
    valid = write_tokens(tmp_path / "valid.bin", [song(3) + song(99)])
    out = tmp_path / "notes.model"
    main(["--data", str(data), "--validation", str(valid), "--out", str(out), "--vocabulary", "400", "--characters", "60"])
    figures = json.loads(out.with_suffix(".json").read_text())
    assert figures["validation"]["valid"]["songs_not_decoded_as_they_were"] == 0
    assert figures["training"]["train"]["notes_per_id"] > 1
    processor = sentencepiece.SentencePieceProcessor(model_file=str(out))
    assert [processor.id_to_piece(token) for token in range(4)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    assert processor.is_byte(CONTROL_IDS)
