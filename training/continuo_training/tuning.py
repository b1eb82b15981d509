"""What training on from a pack needs of its family: a task that begins with the pack's weights, and the way back to a pack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from .data import load_songs
from .event_export import export_event_pack
from .event_model import EventNet
from .event_task import EventTask
from .export import export_pack
from .families import flat_family
from .model import Decoder
from .pack_graphs import FILES
from .pack_weights import decoder_of_graph, event_net_of_pack, row_decoder_of_pack
from .row_parts import generation_for
from .training_task import FlatTask, RowTask, TrainingTask
from .windows import PreparedSong

NO_MUSIC = "there are no notes in the music, or in the part of it that is held out: give more files"
ROW_TOKENIZER = "skytnt-events"


class Tuning(Protocol):
    task: TrainingTask
    weights: dict[str, Tensor]
    generation: dict[str, Any]
    """The pack's, or what suits the music better."""
    songs: int

    def export(self, checkpoint: Path, description: dict[str, Any], validation: Path, out: Path, date: str) -> dict[str, Any]:
        """Writes a pack with graphs for the same devices as the old one; returns its measures."""


class FlatTuning:
    """Of packs of single ids: theremin and beat-kmeans."""

    def __init__(self, pack: Path, manifest: dict[str, Any], training: Path, validation: Path, seed: int) -> None:
        self._family = _flat_family_of(pack, manifest)
        self._files = manifest["model"]["files"]
        self.generation = manifest["generation"]
        songs, held_out = (self._family.load(path, self.generation["keyNormalised"]) for path in (training, validation))
        if not songs or not held_out:
            raise ValueError(NO_MUSIC)
        model = decoder_of_graph(pack / self._files["cpu"], self._family.facts)
        self.task = FlatTask(self._family, model.configuration, songs, held_out, seed)
        self.weights, self.songs = model.state_dict(), len(songs)

    def export(self, checkpoint: Path, description: dict[str, Any], validation: Path, out: Path, date: str) -> dict[str, Any]:
        return export_pack(checkpoint, description, validation, out, date, "gpu" in self._files, **self._family.files_by_option())


class RowTuning:
    """Of packs of SkyTNT rows, flat ones and those of two levels."""

    def __init__(self, pack: Path, manifest: dict[str, Any], training: Path, validation: Path, seed: int) -> None:
        files, options = manifest["model"]["files"], manifest["model"]["options"]
        self._roles = [role for role in files if role in FILES]
        songs, held_out = (load_songs(path, manifest["generation"]["keyNormalised"]) for path in (training, validation))
        if not songs or not held_out:
            raise ValueError(NO_MUSIC)
        self.generation = generation_for(manifest["generation"], songs)
        model: Decoder | EventNet
        if manifest["model"]["plugin"] == EventTask.family:
            model = event_net_of_pack(pack, files, options)
        else:
            model = row_decoder_of_pack(pack, files)
        self.task = _row_task(model, songs, held_out, seed)
        self.weights, self.songs = model.state_dict(), len(songs)

    def export(self, checkpoint: Path, description: dict[str, Any], validation: Path, out: Path, date: str) -> dict[str, Any]:
        if isinstance(self.task, EventTask):
            return export_event_pack(checkpoint, description, validation, out, date)
        roles = [role for role in self._roles if role != "cpu"]
        return export_pack(checkpoint, description, validation, out, date, "gpuGen" in roles, more_roles=roles)


def tuning_of(pack: Path, training: Path, validation: Path, seed: int) -> Tuning:
    """Of a pack and token files. ValueError when the pack is of a family that can't go on so."""
    manifest = read_manifest(pack)
    kind = RowTuning if manifest["tokenizer"]["plugin"] == ROW_TOKENIZER else FlatTuning
    return kind(pack, manifest, training, validation, seed)


def tokenise_options(pack: Path) -> dict[str, Any]:
    """Options of the pack's tokenizer that make what its training reads."""
    manifest = read_manifest(pack)
    options = manifest["tokenizer"].get("options", {})
    if manifest["tokenizer"]["plugin"] == ROW_TOKENIZER:
        return options
    return _flat_family_of(pack, manifest).tokenise_options(options)


def read_manifest(pack: Path) -> dict[str, Any]:
    """pack.json, with what it may leave out. OSError when there is none."""
    manifest = json.loads((pack / "pack.json").read_text(encoding="utf-8"))
    manifest["generation"] = {"keyNormalised": False, **manifest.get("generation", {})}
    return manifest


def _row_task(model: Decoder | EventNet, songs: list[PreparedSong], held_out: list[PreparedSong], seed: int) -> RowTask:
    kind = EventTask if isinstance(model, EventNet) else RowTask
    return kind(model.configuration, songs, held_out, seed)


def _flat_family_of(pack: Path, manifest: dict[str, Any]):
    """With the pack's own tokenizer data."""
    tokenizer = manifest["tokenizer"]
    files = {role: pack / path for role, path in tokenizer.get("files", {}).items()}
    return flat_family(tokenizer["plugin"], files.get("model"), files.get("codebook"))
