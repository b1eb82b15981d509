"""Writes the graphs of a pack again, or adds some, and leaves everything else of it as it is."""

from __future__ import annotations

import json
from pathlib import Path

import onnx

from .gen_from_ids_graph import build_gen_from_ids_graph
from .gen_graph import build_gen_graph
from .model import Decoder
from .pack import file_entries
from .quantise import quantise
from .step_graph import build_step_graph

FILES = {"cpu": "step.int8.onnx", "gpu": "step.fp16.onnx", "cpuGen": "gen.int8.onnx", "gpuGen": "gen.fp16.onnx"}


def graph_of(model: Decoder, role: str) -> onnx.ModelProto:
    """The graph of a role of decoder-lm: `cpu` and `cpuGen` with int8 matrices, `gpu` and `gpuGen` stored in fp16."""
    if role == "cpu":
        return quantise(build_step_graph(model, half_tables=True))
    if role == "cpuGen":
        return quantise(build_gen_graph(model, half_tables=True))
    if role == "gpu":
        return build_step_graph(model, half_tables=True, half_weights=True)
    return build_gen_from_ids_graph(model)


def write_graphs(model: Decoder, folder: Path, roles: list[str]) -> dict[str, str]:
    """Writes the graphs of these roles into `folder`; their files by role."""
    names = {role: FILES[role] for role in roles}
    for role, name in names.items():
        onnx.save(graph_of(model, role), folder / name)
    return names


def rewrite_graphs(model: Decoder, folder: Path, roles: list[str]) -> dict[str, str]:
    """Gives an existing pack exactly these graphs: pack.json names them with their hashes, files it had and has not are
    removed. ValueError where the pack is of another model."""
    path = folder / "pack.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    options = manifest["model"]["options"]
    if (options["layers"], options["headDimension"]) != (model.configuration.layers, model.configuration.head_dimension):
        raise ValueError(f"{path} is the pack of a model of another shape")
    old, new = manifest["model"]["files"], write_graphs(model, folder, roles)
    for name in set(old.values()) - set(new.values()):
        (folder / name).unlink(missing_ok=True)
    manifest["model"]["files"] = new
    others = [entry["path"] for entry in manifest["files"] if entry["path"] not in old.values()]
    manifest["files"] = file_entries(folder, [*new.values(), *others])
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return new
