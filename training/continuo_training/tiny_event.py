"""Small two-level models with random weights, in both forms of their graphs, for the engine's tests."""

from __future__ import annotations

from pathlib import Path

import onnx
import torch

from . import vocabulary
from .event_graph import build_event_graph, build_token_graph
from .event_model import EventConfiguration, EventNet, NetShape
from .published_graph import build_published_graphs
from .reference_graphs import write_reference_graphs

MUSICAL = EventConfiguration(8, NetShape(2, 2, 1, 8, 16), NetShape(2, 2, 1, 8, 16), 512)
PLAIN = EventConfiguration(8, NetShape(2, 2, 2, 8, 16), NetShape(1, 1, 1, 16, 16), 512, musical=False)
V1_VOCABULARY = 3239


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
