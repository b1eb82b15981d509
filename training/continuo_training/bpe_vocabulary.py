"""Learns the byte pair vocabulary of the remi-bpe tokenizer from files of base ids, and writes its merges.

Use: python -m continuo_training.bpe_vocabulary --data runs/base/*.bin --check runs/valid.bin \
         --sources packs/remi-bpe-sources.json --out ../src/plugins/tokenizers/remi-bpe/merges.json

The files are what `continuo tokenize --tokenizer remi-bpe --option encoding=base --out FILE.bin` writes. Needs the
package `tokenizers`, which does the counting; same files, same merges.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from .token_file import read_token_file

BASE_SIZE = 382
START, END, BAR, TRACK_START = 1, 2, 4, 5
# Printable from the start on; the order of ids is the order of characters, so that base ids keep their places.
FIRST_CHARACTER = 33


def words_of(ids: np.ndarray) -> Iterator[np.ndarray]:
    """The words of one piece: each head of a bar, and each track of a bar."""
    inner = ids[(ids != START) & (ids != END)]
    starts = np.flatnonzero((inner == BAR) | (inner == TRACK_START))
    yield from (inner[start:end] for start, end in zip(starts, [*starts[1:], len(inner)], strict=True))


def to_text(word: Iterable[int]) -> str:
    return "".join(chr(FIRST_CHARACTER + int(symbol)) for symbol in word)


def to_ids(text: str) -> list[int]:
    return [ord(character) - FIRST_CHARACTER for character in text]


def count_words(paths: Iterable[Path]) -> tuple[Counter[str], dict[str, dict[str, int]]]:
    """How often each word stands in the files, and what each file holds."""
    words: Counter[str] = Counter()
    measures: dict[str, dict[str, int]] = {}
    for path in paths:
        file = read_token_file(path)
        if file.header.get("vocabularySize") != BASE_SIZE:
            raise ValueError(f"{path} holds other than base ids: tokenise with --option encoding=base")
        for _, ids in file.songs():
            words.update(to_text(word) for word in words_of(ids))
        measures[path.stem] = {"files": len(file.header["files"]), "baseIds": len(file.ids)}
    return words, measures


def learn(words: Counter[str], size: int, longest: int) -> list[tuple[int, int]]:
    """Merges as pairs of ids, in order of rank: the first makes id 382, each next one the next id."""
    from tokenizers import Tokenizer, models, trainers

    alphabet = [chr(FIRST_CHARACTER + symbol) for symbol in range(BASE_SIZE)]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=alphabet,
        limit_alphabet=BASE_SIZE,
        max_token_length=longest,
    )
    tokenizer = Tokenizer(models.BPE())
    tokenizer.train_from_iterator((word for word, count in sorted(words.items()) for _ in range(count)), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    ids = model["vocab"]
    if [ids[character] for character in alphabet] != list(range(BASE_SIZE)):
        raise ValueError("the base symbols have lost their places in the vocabulary")
    merges = [(ids[left], ids[right]) for left, right in model["merges"]]
    made = [ids[left + right] for left, right in model["merges"]]
    if made != list(range(BASE_SIZE, size)):
        raise ValueError(f"{len(made)} merges were found, {size - BASE_SIZE} wanted: give more or larger files")
    return merges


def spellings(merges: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The base symbols of every id."""
    spelled: list[tuple[int, ...]] = [(symbol,) for symbol in range(BASE_SIZE)]
    for left, right in merges:
        spelled.append(spelled[left] + spelled[right])
    return spelled


def merge_word(word: list[int], ranks: dict[tuple[int, int], int]) -> list[int]:
    """Plain byte pair encoding, for measuring."""
    while len(word) > 1:
        rank, at = min((ranks.get(pair, 1 << 30), at) for at, pair in enumerate(zip(word, word[1:], strict=False)))
        if rank == 1 << 30:
            break
        word = [*word[:at], BASE_SIZE + rank, *word[at + 2 :]]
    return word


def base_ids_per_id(path: Path, merges: list[tuple[int, int]]) -> float:
    """How many base ids an id of the vocabulary stands for, over files it was not learned from."""
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    words, _ = count_words([path])
    base = sum(len(word) * count for word, count in words.items())
    merged = sum(len(merge_word(to_ids(word), ranks)) * count for word, count in words.items())
    return base / merged


def main(arguments: list[str] | None = None) -> int:
    """Writes the merges and prints what they do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="token files of base ids, one a data set")
    parser.add_argument("--check", type=Path, nargs="*", default=[], help="token files of base ids to measure on")
    parser.add_argument("--sources", type=Path, required=True, help="JSON: licence and origin of each data set")
    parser.add_argument("--size", type=int, default=8192, help="ids of the vocabulary")
    parser.add_argument("--longest", type=int, default=12, help="most base symbols of an id")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sources = json.loads(options.sources.read_text())
    words, measures = count_words(options.data)
    if missing := measures.keys() - sources.keys():
        parser.error(f"{options.sources} says nothing of {', '.join(sorted(missing))}")
    merges = learn(words, options.size, options.longest)
    result = {
        "baseSize": BASE_SIZE,
        "learnedFrom": {name: {**sources[name], **measure} for name, measure in measures.items()},
        "baseIdsPerId": {path.stem: round(base_ids_per_id(path, merges), 3) for path in options.check},
        "longest": max(len(spelling) for spelling in spellings(merges)),
    }
    # One line a field keeps the pairs out of the way of a reader.
    fields = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in result.items()]
    pairs = json.dumps(merges, separators=(",", ":"))
    options.out.write_text("{\n" + ",\n".join([*fields, f'  "merges": {pairs}']) + "\n}\n")
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
