"""From a pack and a folder of one's own MIDI files to a pack of one's own, in one go."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from .export import export_pack
from .families import flat_family
from .flat_windows import FlatFamily
from .pack_weights import decoder_of_graph
from .training_run import TrainingRun, TrainingSettings
from .training_task import FlatTask

CONTINUO = ["node", str(Path(__file__).resolve().parents[2] / "bin/continuo.js")]
HELD_OUT_SHARE = 0.1
FEWEST_FILES = 2
GENTLE_MATRIX_RATE, GENTLE_TABLE_RATE = 0.005, 1e-3


def fine_tune(pack: Path, training: Path, validation: Path, run: Path, out: Path, about: dict[str, str], settings: TrainingSettings, date: str) -> dict[str, Any]:
    """Goes on from the weights of `pack` with two token files and writes `out`; returns the measures of the new pack.

    `about`: `title`, and `source` and `licence` of the music. ValueError when the pack is of a family that can't go on so.
    """
    manifest = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    family = family_of_pack(pack, manifest)
    normalise = manifest["generation"]["keyNormalised"]
    songs, held_out = family.load(training, normalise), family.load(validation, normalise)
    if not songs or not held_out:
        raise ValueError("there are no notes in the music, or in the part of it that is held out: give more files")
    model = decoder_of_graph(pack / manifest["model"]["files"]["cpu"], family.facts)
    task = FlatTask(family, model.configuration, songs, held_out, settings.seed)
    TrainingRun(run, task, settings, model.state_dict()).train()
    description = describe(manifest, out.name, about, len(songs))
    return export_pack(run / "best.pt", description, validation, out, date, False, **family.files_by_option())


def family_of_pack(pack: Path, manifest: dict[str, Any]) -> FlatFamily:
    """With the pack's own tokenizer data. ValueError when there is none of that name."""
    tokenizer = manifest["tokenizer"]
    files = {role: pack / path for role, path in tokenizer.get("files", {}).items()}
    return flat_family(tokenizer["plugin"], files.get("model"), files.get("codebook"))


def describe(manifest: dict[str, Any], name: str, about: dict[str, str], files: int) -> dict[str, Any]:
    """A description for export: the old pack's, with the new music added to its data."""
    training = manifest.get("training", {})
    music = {"name": name, "licence": about["licence"], "files": files, "source": about["source"]}
    return {
        **{key: manifest[key] for key in ("family", "licence", "sampling", "generation")},
        "name": name,
        "title": about["title"],
        "description": f"{manifest['title']}, trained on with music of one's own.",
        "data": [*training.get("data", []), music],
        "notes": f"Fine-tuned from the pack {manifest['name']}. {training.get('notes', '')}".strip(),
        "tokenizer": {key: value for key, value in manifest["tokenizer"].items() if key != "files"},
    }


def tokenise(folder: Path, pack: Path, run: Path, continuo: list[str] = CONTINUO) -> tuple[Path, Path]:
    """Token files of the MIDI files in a folder, for training and held out. ValueError when there are too few."""
    manifest = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))
    if len(files) < FEWEST_FILES:
        raise ValueError(f"{folder} holds {len(files)} MIDI files; {FEWEST_FILES} are the least: one to learn from, one to judge by")
    held_out = max(1, round(len(files) * HELD_OUT_SHARE))
    order = np.random.default_rng(1).permutation(len(files))
    run.mkdir(parents=True, exist_ok=True)
    options = family_of_pack(pack, manifest).tokenise_options(manifest["tokenizer"].get("options", {}))
    parts = (run / "train.bin", files, order[held_out:]), (run / "validation.bin", files, order[:held_out])
    for out, every, chosen in parts:
        command = [*continuo, "tokenize", *(str(every[index]) for index in sorted(chosen)), "--tokenizer", manifest["tokenizer"]["plugin"]]
        for key, value in options.items():
            command += ["--option", f"{key}={_text(value)}"]
        done = subprocess.run([*command, "--out", str(out)], stdout=subprocess.PIPE, text=True)
        # 1: some files could not be read, which was said on stderr; the others are there.
        if done.returncode not in (0, 1) or not out.exists():
            raise ValueError(f"continuo tokenize failed ({done.returncode}); build Continuo first, or name its command with --continuo")
    return parts[0][0], parts[1][0]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
