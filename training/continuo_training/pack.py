"""Writes a pack folder: the graphs beside a pack.json of format 1."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from .model import ModelConfiguration

PACK_FORMAT = 1


def file_entries(folder: Path, names: list[str]) -> list[dict[str, Any]]:
    """path, sha256 and bytes of each file of the pack."""
    entries = []
    for name in names:
        content = (folder / name).read_bytes()
        entries.append({"path": name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)})
    return entries


def write_pack(folder: Path, manifest: dict[str, Any], files: list[str]) -> Path:
    """pack.json with `format` first and `files` last; returns its path."""
    path = folder / "pack.json"
    whole = {"format": PACK_FORMAT, **manifest, "files": file_entries(folder, files)}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def model_options(configuration: ModelConfiguration) -> dict[str, int]:
    """`model.options` of a pack of the decoder-lm plugin."""
    return {
        "vocabularySize": configuration.vocabulary_size,
        "layers": configuration.layers,
        "keyValueHeads": configuration.key_value_heads,
        "headDimension": configuration.head_dimension,
        "contextTokens": configuration.context_tokens,
    }
