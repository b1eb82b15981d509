"""From a pack and a folder of one's own MIDI files to a pack of one's own, in one go."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from .training_run import TrainingRun, TrainingSettings
from .tuning import read_manifest, tokenise_options, tuning_of

CONTINUO = ["node", str(Path(__file__).resolve().parents[2] / "bin/continuo.js")]
HELD_OUT_SHARE = 0.1
FEWEST_FILES = 2
GENTLE_MATRIX_RATE, GENTLE_TABLE_RATE = 0.005, 1e-3


def fine_tune(
    pack: Path, training: Path, validation: Path, run: Path, out: Path, about: dict[str, str], settings: TrainingSettings, date: str
) -> dict[str, Any] | None:
    """Goes on from the weights of `pack` with two token files and writes `out`; returns the measures of the new pack, or None
    in a process that is not the one that writes.

    `about`: `title`, and `source` and `licence` of the music. ValueError when the pack is of a family that can't go on so.
    """
    tuning = tuning_of(pack, training, validation, settings.seed)
    training_run = TrainingRun(run, tuning.task, settings, tuning.weights)
    training_run.train()
    if not training_run.is_main:
        return None
    description = describe({**read_manifest(pack), "generation": tuning.generation}, out.name, about, tuning.songs)
    return tuning.export(run / "best.pt", description, validation, out, date)


def describe(manifest: dict[str, Any], name: str, about: dict[str, str], files: int) -> dict[str, Any]:
    """A description for export: the old pack's, with the new music added to its data."""
    training = manifest.get("training", {})
    music = {"name": name, "licence": about["licence"], "files": files, "source": about["source"]}
    return {
        **{key: manifest[key] for key in ("family", "licence", "generation")},
        "sampling": manifest.get("sampling", {}),
        "name": name,
        "title": about["title"],
        "description": f"{manifest['title']}, trained on with music of one's own.",
        "data": [*training.get("data", []), music],
        "notes": f"Fine-tuned from the pack {manifest['name']}. {training.get('notes', '')}".strip(),
        "tokenizer": {key: value for key, value in manifest["tokenizer"].items() if key != "files"},
    }


def tokenise(folder: Path, pack: Path, run: Path, continuo: list[str] = CONTINUO) -> tuple[Path, Path]:
    """Token files of the MIDI files in a folder, for training and held out. ValueError when there are too few."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))
    if len(files) < FEWEST_FILES:
        raise ValueError(f"{folder} holds {len(files)} MIDI files; {FEWEST_FILES} are the least: one to learn from, one to judge by")
    held_out = max(1, round(len(files) * HELD_OUT_SHARE))
    order = np.random.default_rng(1).permutation(len(files))
    run.mkdir(parents=True, exist_ok=True)
    options, tokenizer = tokenise_options(pack), read_manifest(pack)["tokenizer"]["plugin"]
    for out, chosen in zip(token_files(run), (order[held_out:], order[:held_out])):
        command = [*continuo, "tokenize", *(str(files[index]) for index in sorted(chosen)), "--tokenizer", tokenizer]
        for key, value in options.items():
            command += ["--option", f"{key}={_text(value)}"]
        done = subprocess.run([*command, "--out", str(out)], stdout=subprocess.PIPE, text=True)
        # 1: some files could not be read, which was said on stderr; the others are there.
        if done.returncode not in (0, 1) or not out.exists():
            raise ValueError(f"continuo tokenize failed ({done.returncode}); build Continuo first, or name its command with --continuo")
    return token_files(run)


def token_files(run: Path) -> tuple[Path, Path]:
    """Where `tokenise` writes."""
    return run / "train.bin", run / "validation.bin"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
