"""Learns the velocity codes of the tokenizer beat-kmeans and measures them on files they have not seen.

127 of the 512 codes are one velocity each. The others are learned together with a small decoder: it is given where a key
is struck in a beat and makes a vector of each onset; a code is a mean velocity and a direction, and each onset is louder
than the mean by as much as its vector, less the mean of the vectors, points in that direction. There is no encoder: the
code of a cell is the one that decodes to the nearest velocities. Codes and decoder follow the squared error of the onsets
by gradient; frames without an onset have no part in it, and codes that nothing chooses are moved to cells told badly.

Files of one velocity are left out, and so are cells of one velocity: a constant code tells them exactly.

    python -m continuo_training.beat_velocities --train pop909-aligned=DATA/train --held-out pop909-aligned=DATA/test \
           --licence pop909-aligned=MIT --out velocities.json
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .beat_cells import FRAMES, VelocityCell, read_struck_notes, velocity_cells
from .beat_codebook import named
from .velocity_codes import (
    BASIS_UNIT,
    CODE_UNIT,
    CODES,
    CONSTANT,
    FORMAT,
    HIDDEN_UNIT,
    LEARNED,
    WEIGHT_UNIT,
    VelocityNetwork,
    decode_table,
    file_text,
    nearest_codes,
)

MOST_ONSETS = 8
"""Onsets of a cell that is learned from; the codes tell cells of any number."""
MIDDLE = 64.0
Batch = tuple[Tensor, Tensor, Tensor]
"""Frames int [cells, MOST_ONSETS], velocities and mask float of the same shape."""


class VelocityModel(nn.Module):
    def __init__(self, dimensions: int, hidden: int) -> None:
        super().__init__()
        self.dimensions = dimensions
        self.onset = nn.Parameter(torch.randn(FRAMES, hidden) * 0.5)
        self.hidden_bias = nn.Parameter(torch.randn(hidden) * 0.3)
        self.basis = nn.Parameter(torch.randn(hidden, FRAMES * dimensions) * 0.02)
        self.basis_bias = nn.Parameter(_waves(dimensions))
        self.levels = nn.Parameter(torch.rand(LEARNED) * 100 + 14)
        self.directions = nn.Parameter(torch.randn(LEARNED, dimensions))

    def vectors(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Of each onset, less their mean: [cells, MOST_ONSETS, dimensions]; nothing where there is no onset."""
        struck = torch.zeros(len(frames), FRAMES).scatter_add_(1, frames, mask).clamp(max=1)
        hidden = torch.relu(struck @ self.onset + self.hidden_bias)
        everywhere = (hidden @ self.basis).view(-1, FRAMES, self.dimensions) + self.basis_bias
        vectors = torch.gather(everywhere, 1, frames.unsqueeze(-1).expand(-1, -1, self.dimensions)) * mask.unsqueeze(-1)
        return (vectors - vectors.sum(1, keepdim=True) / mask.sum(1).view(-1, 1, 1)) * mask.unsqueeze(-1)

    def codes(self) -> tuple[Tensor, Tensor]:
        """Level and direction of all codes."""
        levels = torch.cat([torch.arange(1.0, CONSTANT + 1), self.levels])
        return levels, torch.cat([torch.zeros(CONSTANT, self.dimensions), self.directions])

    @torch.no_grad()
    def nearest(self, vectors: Tensor, velocities: Tensor, mask: Tensor) -> Tensor:
        """The code with the least squared error: the error is a quadratic form of a code's level and direction."""
        levels, directions = self.codes()
        codes = torch.cat([(levels - MIDDLE).unsqueeze(1), directions], 1)
        factors = torch.cat([mask.unsqueeze(-1), vectors], 2)
        squares = torch.einsum("bni,bnj->bij", factors, factors).flatten(1)
        products = torch.einsum("bni,bn->bi", factors, (velocities - MIDDLE) * mask)
        of_codes = torch.cat([(codes.unsqueeze(2) * codes.unsqueeze(1)).flatten(1), codes], 1)
        return (torch.cat([squares, -2 * products], 1) @ of_codes.T).argmin(1)

    @torch.no_grad()
    def place(self, which: Tensor, vectors: Tensor, velocities: Tensor, mask: Tensor) -> None:
        """Puts learned codes where they tell these cells as well as a code can."""
        means = (velocities * mask).sum(1) / mask.sum(1)
        rest = (velocities - means.unsqueeze(1)) * mask
        self.levels[which] = means
        self.directions[which] = (torch.linalg.pinv(vectors) @ rest.unsqueeze(-1)).squeeze(-1).clamp(-60, 60)

    @torch.no_grad()
    def rounded(self) -> VelocityNetwork:
        """In whole numbers, codes from the softest to the loudest."""
        order = np.lexsort((self.directions[:, 0].numpy(), self.levels.numpy()))
        basis = self.basis.T.reshape(FRAMES, self.dimensions, -1)
        return VelocityNetwork(
            onset=_whole(self.onset, HIDDEN_UNIT),
            hidden_bias=_whole(self.hidden_bias, HIDDEN_UNIT),
            basis=_whole(basis, WEIGHT_UNIT),
            basis_bias=_whole(self.basis_bias, BASIS_UNIT),
            levels=_whole(self.levels, CODE_UNIT)[order],
            directions=_whole(self.directions, CODE_UNIT)[order],
        )


def _waves(dimensions: int) -> Tensor:
    """A line through the beat, then waves that get shorter: every course is some sum of them."""
    beat = torch.arange(FRAMES) / FRAMES
    waves = [1.4 * torch.cos(2 * math.pi * (index // 2 + 1) * beat + index % 2 * math.pi / 2) for index in range(dimensions - 1)]
    return torch.stack([math.sqrt(12) * (beat - 0.5), *waves], 1)


def _whole(values: Tensor, unit: int) -> np.ndarray:
    return np.rint(values.numpy().astype(np.float64) * unit).astype(np.int64)


def to_batch(cells: list[VelocityCell]) -> Batch:
    """The cells that teach something: 2 to MOST_ONSETS onsets, not all of one velocity."""
    wanted = [cell for cell in cells if 2 <= len(cell[0]) <= MOST_ONSETS and len(set(cell[1])) > 1]
    if not wanted:
        raise ValueError("no key is struck twice in a beat with two velocities: there is nothing to learn from")
    frames = torch.zeros(len(wanted), MOST_ONSETS, dtype=torch.int64)
    velocities, mask = torch.zeros(2, len(wanted), MOST_ONSETS)
    for index, (at, values) in enumerate(wanted):
        frames[index, : len(at)] = torch.tensor(at)
        velocities[index, : len(at)] = torch.tensor(values, dtype=torch.float32)
        mask[index, : len(at)] = 1
    return frames, velocities, mask


def train(
    sets: list[Batch], weights: list[float], steps: int, dimensions: int, hidden: int, shift: float, size: int = 2048, seed: int = 1
) -> VelocityModel:
    """Cells are drawn from the sets by their weights. `shift` moves cells up and down by so much (standard deviation), against gaps in the data."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    model = VelocityModel(dimensions, hidden)
    drawn = [round(size * weight / sum(weights)) for weight in weights]

    def draw() -> Batch:
        picks = [torch.randint(len(frames), (count,), generator=rng) for (frames, _, _), count in zip(sets, drawn)]
        frames, velocities, mask = (torch.cat([part[k][pick] for part, pick in zip(sets, picks)]) for k in range(3))
        moved = velocities + (torch.randn(len(velocities), 1, generator=rng) * shift).round()
        return frames, moved.clamp(1, 127), mask

    frames, velocities, mask = draw()
    start = torch.randint(len(frames), (LEARNED,), generator=rng)
    model.place(torch.arange(LEARNED), model.vectors(frames, mask).detach()[start], velocities[start], mask[start])
    optimiser = torch.optim.Adam([
        {"params": [model.levels, model.directions], "lr": 0.3},
        {"params": [model.onset, model.hidden_bias, model.basis, model.basis_bias], "lr": 0.003},
    ])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, 2 * (1 - step / steps)))
    chosen = torch.ones(CODES)
    for step in range(steps):
        frames, velocities, mask = draw()
        vectors = model.vectors(frames, mask)
        codes = model.nearest(vectors, velocities, mask)
        levels, directions = model.codes()
        told = torch.einsum("bnd,bd->bn", vectors, directions[codes]) + levels[codes].unsqueeze(1)
        errors = ((told - velocities) * mask) ** 2
        loss = errors.sum() / mask.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        chosen = 0.98 * chosen + 0.02 * torch.bincount(codes, minlength=CODES)
        if step % 50 == 49 and step < 0.7 * steps:
            dead = (chosen[CONSTANT:] < size / 10_000).nonzero().flatten()
            if len(dead):
                worst = torch.multinomial(errors.detach().sum(1), len(dead), generator=rng)
                model.place(dead, vectors.detach()[worst], velocities[worst], mask[worst])
                chosen[CONSTANT + dead] = size / 1000
        if step % 200 == 199:
            print(f"step {step + 1}: {loss.item() ** 0.5:.3f} velocities (root mean square)", file=sys.stderr, flush=True)
    return model


def measure(cells: list[VelocityCell], decode) -> dict[str, float]:
    """Mean absolute error of the velocities of onsets, over all cells and over those struck twice or more."""
    grouped: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for frames, velocities in cells:
        if len(frames) > 1:
            grouped[frames].append(velocities)
    errors: Counter[int] = Counter()
    for frames, rows in grouped.items():
        courses, velocities = decode(frames), np.array(rows)
        distances = np.abs(courses[nearest_codes(courses, velocities)] - velocities)
        errors.update(dict(enumerate(np.bincount(distances.ravel()).tolist())))
    onsets = sum(len(frames) for frames, _ in cells)
    repeated = sum(errors.values())
    total = sum(error * count for error, count in errors.items())
    return {
        "onsets": onsets,
        "error": round(total / onsets, 4),
        "repeatedOnsets": repeated,
        "repeatedError": round(total / max(1, repeated), 3),
        "largest": max((error for error, count in errors.items() if count), default=0),
    }


def read_set(folder: str, drums: bool, most: int) -> list[VelocityCell]:
    """The cells of a folder's MIDI files, but for files of one velocity; at most so many files, the same each time."""
    paths = sorted(Path(folder).rglob("*.mid"))
    if not paths:
        raise ValueError(f"{folder} holds no .mid files")
    random.Random(1).shuffle(paths)
    files = [read_struck_notes(path, drums) for path in paths[:most]]
    return [cell for notes in files if len({note[3] for note in notes}) > 1 for cell in velocity_cells(notes)]


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    drums, licences = set(options.drums), dict(options.licence)
    try:
        learned_from = {name: read_set(folder, name in drums, options.most) for name, folder in options.train}
        held_out = {name: read_set(folder, name.split()[0] in drums, options.most) for name, folder in options.held_out}
        batches = [to_batch(cells) for cells in learned_from.values()]
        given = dict(options.weight)
        weights = [float(given.get(name, 1)) for name in learned_from]
        network = train(batches, weights, options.steps, options.dimensions, options.hidden, options.shift).rounded()
        content = {
            "format": FORMAT,
            "trainedOn": [{"set": name, "licence": licences.get(name, ""), "cells": len(batch[0]), "weight": weight}
                          for name, batch, weight in zip(learned_from, batches, weights)],
            "heldOut": {name: {"learned": measure(cells, network.decode), "table": measure(cells, decode_table)}
                        for name, cells in held_out.items()},
            **network.to_json(),
        }
        options.out.write_text(file_text(content))
    except (ValueError, OSError) as error:
        print(f"beat_velocities: {error}", file=sys.stderr)
        return 1
    print(json.dumps({"trainedOn": content["trainedOn"], "heldOut": content["heldOut"]}, indent=2))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="beat_velocities", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=named, action="append", required=True, metavar="SET=FOLDER")
    parser.add_argument("--held-out", type=named, action="append", required=True, metavar="SET=FOLDER")
    parser.add_argument("--drums", action="append", default=[], metavar="SET", help="take the drums of this set, not the rest")
    parser.add_argument("--licence", type=named, action="append", default=[], metavar="SET=LICENCE")
    parser.add_argument("--weight", type=named, action="append", default=[], metavar="SET=WEIGHT", help="of a training set; usually 1")
    parser.add_argument("--most", type=int, default=2000, help="files of a folder at most")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--dimensions", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--shift", type=float, default=3.0)
    parser.add_argument("--out", type=Path, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
