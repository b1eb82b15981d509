"""Two-level models with random weights: small ones in both forms of their graphs for the engine's tests, and a pack of any
size to see what a machine can hold."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from . import vocabulary
from .event_export import EVENT_FILE, TOKEN_FILE, event_options
from .event_graph import build_event_graph, build_token_graph
from .event_model import EventConfiguration, EventNet, NetShape
from .pack import write_pack
from .published_graph import build_published_graphs
from .reference_graphs import write_reference_graphs
from .tiny import setup_rows, track_entries

MUSICAL = EventConfiguration(8, NetShape(2, 2, 1, 8, 16), NetShape(2, 2, 1, 8, 16), 512)
PLAIN = EventConfiguration(8, NetShape(2, 2, 2, 8, 16), NetShape(1, 1, 1, 16, 16), 512, musical=False)
MEDIUM = EventConfiguration(1024, NetShape(12, 16, 16, 64, 4096), NetShape(3, 4, 4, 256, 1024), 16384, musical=False)
V1_VOCABULARY = 3239
USUAL_NOTES_PER_BEAT = 8


def random_net(configuration: EventConfiguration, seed: int) -> EventNet:
    """A net whose head spreads its choices."""
    torch.manual_seed(seed)
    net = EventNet(configuration).eval()
    torch.nn.init.normal_(net.head, std=0.3)
    for name, parameter in net.named_parameters():
        if name.endswith("gain"):
            torch.nn.init.normal_(parameter, 1.0, 0.1)
    return net


def write_tiny_events(folder: Path, seed: int) -> None:
    """Graphs of one random model each: `musical` and `plain` in Continuo's form, `published` in SkyTNT's (with the weights of
    `plain`), and the arithmetic of the reference's recorded loop."""
    musical, plain = random_net(MUSICAL, seed), random_net(PLAIN, seed + 1)
    for name, net in (("musical", musical), ("plain", plain)):
        part = folder / name
        part.mkdir(parents=True, exist_ok=True)
        onnx.save(build_event_graph(net, quantised=False), part / "event.onnx")
        onnx.save(build_token_graph(net, quantised=False), part / "token.onnx")
    (folder / "published").mkdir(exist_ok=True)
    base, token = build_published_graphs(plain)
    onnx.save(base, folder / "published" / "model_base.onnx")
    onnx.save(token, folder / "published" / "model_token.onnx")
    for version, size in (("v1", V1_VOCABULARY), ("v2", vocabulary.VOCABULARY_SIZE)):
        write_reference_graphs(folder / f"reference-{version}", size)


def write_medium_pack(folder: Path, seed: int) -> int:
    """A pack of the size and shape of SkyTNT's published medium model, int8, random weights; returns its parameters. What it
    plays is noise, what it costs is real. Needs 3 GB of memory."""
    net = random_net(MEDIUM, seed)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(build_event_graph(net, quantised=True), folder / EVENT_FILE)
    onnx.save(build_token_graph(net, quantised=True), folder / TOKEN_FILE)
    files = {"cpu": EVENT_FILE, "token": TOKEN_FILE}
    manifest = {
        "name": folder.name,
        "title": "Random weights of medium size",
        "description": "Random weights in the shape of SkyTNT's medium model, to see what a machine can hold.",
        "family": "skytnt",
        "licence": "Apache-2.0",
        "tokenizer": {"plugin": "skytnt-events", "options": {"version": "v2", "optimise_midi": True}},
        "model": {"plugin": "event-lm", "files": files, "options": event_options(net)},
        "sampling": {"temperature": 1.0, "topP": 0.98, "topK": 20, "minP": 0.0},
        "generation": {"maxRestBeats": 1, "tracks": track_entries(), "setup": setup_rows()},
        "budget": {"notesPerBeat": USUAL_NOTES_PER_BEAT},
    }
    write_pack(folder, manifest, list(files.values()))
    return net.parameter_count()
