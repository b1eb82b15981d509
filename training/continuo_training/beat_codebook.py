"""Makes the codebook of the tokenizer beat-kmeans and measures it on files it has not seen.

The anchors of a level (every pattern with one sound; on level 3 with at most one onset) need no data. What is left of
the 2048, 1024 and 512 codes goes to patterns of real music by hierarchical k-means: level 1 learns from the cells that
are no anchors, level 2 from the halves of cells that level 1 does not know, level 3 from the quarters of halves that
level 2 does not know. Each cluster becomes its weighted medoid, so that a code is a pattern that occurs.

    python -m continuo_training.beat_codebook --train pop909-aligned=DATA/train --held-out pop909-aligned=DATA/test \
           --licence pop909-aligned=MIT --out codebook.json
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .beat_cells import count_cells, read_notes

ROOM = {48: 2048, 24: 1024, 12: 512}
Patterns = dict[tuple[int, int], float]
"""Weight of each (sustain, onset)."""


def count_onsets(pattern: tuple[int, int]) -> int:
    return pattern[1].bit_count()


def is_held(pattern: tuple[int, int]) -> bool:
    """Sounds from before."""
    return bool(pattern[0] & 1) and not pattern[1] & 1


def is_anchor(pattern: tuple[int, int], frames: int) -> bool:
    sounds = count_onsets(pattern) + is_held(pattern)
    return sounds <= 1 or (frames == 12 and count_onsets(pattern) <= 1)


def anchor_count(frames: int) -> int:
    struck = frames * (frames + 1) // 2
    if frames == 48:
        return frames + struck
    held_and_struck = (frames - 1) * frames * (frames + 1) // 6 if frames == 12 else 0
    return 1 + frames + struck + held_and_struck


def halves(pattern: tuple[int, int], frames: int) -> list[tuple[int, int]]:
    """The two parts of a pattern of so many frames."""
    half = frames // 2
    mask = (1 << half) - 1
    return [(pattern[0] & mask, pattern[1] & mask), (pattern[0] >> half, pattern[1] >> half)]


def most_frequent(patterns: Patterns, count: int) -> list[tuple[int, int]]:
    return sorted(patterns, key=lambda pattern: (-patterns[pattern], pattern))[:count]


def cluster(patterns: Patterns, frames: int, count: int, iterations: int = 12, most: int = 16384) -> list[tuple[int, int]]:
    """`count` patterns: medoids of weighted k-means, from the most frequent ones on; the heaviest first."""
    points = most_frequent(patterns, most)
    if len(points) <= count:
        return points
    weights = np.array([patterns[point] for point in points], dtype=np.float32)
    vectors = np.array([_bits(point, frames) for point in points], dtype=np.float32)
    centroids = vectors[:count].copy()
    for _ in range(iterations):
        nearest = _nearest(vectors, centroids)
        mass = np.bincount(nearest, weights, minlength=count)
        for dimension in range(vectors.shape[1]):
            total = np.bincount(nearest, weights * vectors[:, dimension], minlength=count)
            centroids[:, dimension] = np.where(mass > 0, total / np.maximum(mass, 1e-12), centroids[:, dimension])
    nearest = _nearest(vectors, centroids)
    distances = ((vectors - centroids[nearest]) ** 2).sum(axis=1)
    # The squared distances to all points of a cluster add up to the least where the one to its mean is least.
    order = np.lexsort((np.arange(len(points)), distances, nearest))
    first = np.unique(nearest[order], return_index=True)[1]
    medoids = {points[index] for index in order[first]}
    for point in points:
        if len(medoids) == count:
            break
        medoids.add(point)
    return most_frequent({medoid: patterns[medoid] for medoid in medoids}, count)


def _bits(pattern: tuple[int, int], frames: int) -> list[int]:
    return [pattern[part] >> frame & 1 for part in (0, 1) for frame in range(frames)]


def _nearest(vectors: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    norms = (centroids**2).sum(axis=1)
    return np.concatenate(
        [(norms - 2 * vectors[at : at + 2048] @ centroids.T).argmin(axis=1) for at in range(0, len(vectors), 2048)]
    )


def learn(cells: Patterns, choose) -> dict[int, list[tuple[int, int]]]:
    """The learned patterns of each level; `choose(patterns, frames, count)` picks them."""
    learned: dict[int, list[tuple[int, int]]] = {}
    parts = cells
    for frames in (48, 24, 12):
        wanted = {pattern: weight for pattern, weight in parts.items() if not is_anchor(pattern, frames)}
        learned[frames] = choose(wanted, frames, ROOM[frames] - anchor_count(frames))
        known = set(learned[frames])
        smaller: Patterns = {}
        for pattern, weight in wanted.items():
            if pattern in known or frames == 12:
                continue
            for half in halves(pattern, frames):
                smaller[half] = smaller.get(half, 0) + weight
        parts = smaller
    return learned


def measure(cells: Patterns, learned: dict[int, list[tuple[int, int]]]) -> dict[str, float]:
    """How well a codebook says the cells: share of single codes, codes per cell, share that is not said exactly."""
    known = {frames: set(patterns) for frames, patterns in learned.items()}

    def says(pattern: tuple[int, int], frames: int) -> bool:
        return is_anchor(pattern, frames) or pattern in known[frames]

    total = single = codes = lossy = 0.0
    for cell, weight in cells.items():
        total += weight
        if says(cell, 48):
            single += weight
            codes += weight
            continue
        parts = halves(cell, 48)
        codes += weight * sum(1 if says(half, 24) else 2 for half in parts)
        quarters = [quarter for half in parts if not says(half, 24) for quarter in halves(half, 24)]
        lossy += weight * any(not says(quarter, 12) for quarter in quarters)
    return {
        "cells": int(total),
        "level1Exact": round(single / total, 5),
        "codesPerCell": round(codes / total, 4),
        "lossy": round(lossy / total, 6),
    }


def read_cells(paths: Iterable[Path]) -> Patterns:
    cells: Counter[tuple[int, int]] = Counter()
    for path in paths:
        cells.update(count_cells(read_notes(path)))
    return dict(cells)


def text(pattern: tuple[int, int], frames: int) -> str:
    return "".join(
        "x" if pattern[1] >> frame & 1 else "-" if pattern[0] >> frame & 1 else "." for frame in range(frames)
    )


def build(train: dict[str, Patterns], held_out: dict[str, Patterns], licences: dict[str, str]) -> dict[str, object]:
    """The codebook file. Every set of the training data weighs the same, whatever its size."""
    cells: Patterns = {}
    for patterns in train.values():
        mass = sum(patterns.values())
        for pattern, count in patterns.items():
            cells[pattern] = cells.get(pattern, 0) + count / mass
    empty: dict[int, list[tuple[int, int]]] = {48: [], 24: [], 12: []}
    books = {
        "anchorsOnly": empty,
        "mostFrequent": learn(cells, lambda patterns, _, count: most_frequent(patterns, count)),
        "shipped": learn(cells, cluster),
    }
    learned = books["shipped"]
    return {
        "format": "continuo beat codebook 1",
        "trainedOn": [{"set": name, "licence": licences.get(name, ""), "cells": int(sum(cells.values()))}
                      for name, cells in train.items()],
        "heldOut": {name: {book: measure(cells, content) for book, content in books.items()}
                    for name, cells in held_out.items()},
        "learned": {f"level{level}": [text(pattern, frames) for pattern in learned[frames]]
                    for level, frames in ((1, 48), (2, 24), (3, 12))},
    }


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        train = {name: read_cells(_files(folder, options.most)) for name, folder in options.train}
        held_out = {name: read_cells(_files(folder, options.most)) for name, folder in options.held_out}
        content = build(train, held_out, dict(options.licence))
        options.out.write_text(json.dumps(content, indent=1) + "\n")
    except (ValueError, OSError) as error:
        print(f"beat_codebook: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"trainedOn": content["trainedOn"], "heldOut": content["heldOut"]}, indent=2))
    return 0


def _files(folder: str, most: int) -> list[Path]:
    """At most so many MIDI files of a folder, the same ones each time."""
    paths = sorted(Path(folder).rglob("*.mid"))
    if not paths:
        raise ValueError(f"{folder} holds no .mid files")
    random.Random(1).shuffle(paths)
    return paths[:most]


def named(value: str) -> tuple[str, str]:
    """NAME=VALUE of a command line."""
    name, separator, rest = value.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"{value} is not of the form NAME=VALUE")
    return name, rest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="beat_codebook", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=named, action="append", required=True, metavar="SET=FOLDER")
    parser.add_argument("--held-out", type=named, action="append", required=True, metavar="SET=FOLDER")
    parser.add_argument("--licence", type=named, action="append", default=[], metavar="SET=LICENCE")
    parser.add_argument("--most", type=int, default=300, help="files of a folder at most")
    parser.add_argument("--out", type=Path, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
