"""Trains the SentencePiece model of the theremin tokenizer, and says how well it fits.

`python -m continuo_training.sentencepiece_model --data TRAIN.bin… --validation VALID.bin… --out NAME.model`

Token files come from `continuo tokenize … --tokenizer theremin --option model=bytes --out FILE.bin`: four ids a note.
Needs sentencepiece (PyPI, Apache-2.0), which no other command does.
"""

from __future__ import annotations

import argparse
import io
import json
import random
from collections import Counter
from pathlib import Path

from .theremin_notes import read_theremin_songs

NOTES_PER_LINE = 256
CONTROLS = {"pad_id": 0, "unk_id": 1, "bos_id": 2, "eos_id": 3}
NAMES = {"pad_piece": "[PAD]", "unk_piece": "[UNK]", "bos_piece": "[CLS]", "eos_piece": "[SEP]"}


def read_notes(path: Path, normalise_keys: bool = False) -> list[str]:
    """The note characters of each song. ValueError when the file was not made with model=bytes."""
    return [
        song.characters(song.notes, 0, song.shifts[song.segments(song.notes)] if normalise_keys else 0)
        for song in read_theremin_songs(path, normalise_keys)
    ]


def common_characters(songs: list[str], most: int) -> set[str]:
    """The notes heard most often, `most` of them at the most; none that is heard once only."""
    counts = Counter("".join(songs))
    return {character for character, count in counts.most_common(most) if count > 1}


def training_lines(songs: list[str], known: set[str]) -> list[str]:
    """Lines of notes in their order; a line ends at a note that is not known, and after NOTES_PER_LINE."""
    lines = []
    for song in songs:
        split = "".join(character if character in known else "\n" for character in song)
        for run in filter(None, split.split("\n")):
            lines += [run[at : at + NOTES_PER_LINE] for at in range(0, len(run), NOTES_PER_LINE)]
    return lines


def train_model(lines: list[str], vocabulary_size: int, kind: str, threads: int) -> bytes:
    """Every character of the lines becomes a piece, bytes spell the others; text is left as it is."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        model_type=kind,
        vocab_size=vocabulary_size,
        character_coverage=1.0,
        normalization_rule_name="identity",
        add_dummy_prefix=False,
        remove_extra_whitespaces=False,
        byte_fallback=True,
        max_sentence_length=4 * NOTES_PER_LINE + 1,
        num_threads=threads,
        minloglevel=1,
        **CONTROLS,
        **NAMES,
    )
    return model.getvalue()


def statistics(model: bytes, songs: list[str]) -> dict[str, float]:
    """How a model cuts songs: notes an id, the share of notes spelled in bytes, and that nothing is lost."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    notes = ids = spelled = lost = 0
    for song in songs:
        pieces = processor.encode(song)
        notes += len(song)
        ids += len(pieces)
        spelled += sum(processor.is_byte(piece) for piece in pieces) // 4
        lost += processor.decode(pieces) != song
    return {
        "songs": len(songs),
        "notes": notes,
        "notes_per_id": round(notes / max(1, ids), 3),
        "spelled_share": round(spelled / max(1, notes), 4),
        "songs_not_decoded_as_they_were": lost,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="token files to learn from")
    parser.add_argument("--validation", type=Path, nargs="*", default=[], help="token files to judge by")
    parser.add_argument("--out", type=Path, required=True, help="the .model file; statistics go to the same name, .json")
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--characters", type=int, default=5500, help="different notes that get pieces of their own")
    parser.add_argument("--songs", type=int, default=0, help="songs of each file at most; 0: all")
    parser.add_argument("--kind", choices=("unigram", "bpe"), default="unigram")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--about", type=json.loads, default={}, help="JSON put into the statistics, e.g. sets and licences")
    parser.add_argument("--normalise-keys", action="store_true", help="learn from songs moved to C major / A minor")
    options = parser.parse_args(arguments)

    chooser = random.Random(1)
    sources = {path: read_notes(path, options.normalise_keys) for path in options.data}
    if options.songs > 0:
        sources = {path: chooser.sample(songs, min(len(songs), options.songs)) for path, songs in sources.items()}
    songs = [song for part in sources.values() for song in part]
    known = common_characters(songs, options.characters)
    lines = training_lines(songs, known)
    chooser.shuffle(lines)
    model = train_model(lines, options.vocabulary, options.kind, options.threads)
    figures = {
        "kind": options.kind,
        "vocabulary": options.vocabulary,
        "characters_with_a_piece": len(known),
        "characters_heard": len(set("".join(songs))),
        **options.about,
        "training": {path.stem: statistics(model, part) for path, part in sources.items()},
        "validation": {path.stem: statistics(model, read_notes(path, options.normalise_keys)) for path in options.validation},
    }
    options.out.write_bytes(model)
    options.out.with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
