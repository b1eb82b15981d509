"""Our two-level player against SkyTNT's own way, on the same weights, side by side in one run.

    npm run setup
    PYTHONPATH=training python bench/compare/events.py --out bench/results/event-lm-against-skytnt.json

* skytnt: their interface and loop (skytnt_way.py) in Python onnxruntime, float32 as published.
* published in continuo: the same two files in the plugin event-lm, id by id.
* continuo: our graph in the plugin event-lm, one run an event; float32 and int8.

Weights are random: they cost the same. `--size medium` has the shape of their published medium model, 234 million
parameters, and needs 3 GB of memory. Needs what training/requirements.txt names. The ways take turns, `--rounds` times;
figures are medians over all events. Where the machine is busy with other things, processor time is the figure to compare:
it is what an idle machine takes. All draw notes at temperature 1 with top-p 0.98 and top-k 20.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import onnx
import torch
from continuo_training.event_export import event_options
from continuo_training.event_graph import build_event_graph, build_token_graph
from continuo_training.event_model import EventConfiguration, EventNet, NetShape
from continuo_training.published_graph import build_published_graphs
from continuo_training.vocabulary import BLOCKS, EVENT_IDS, EVENT_PARAMETERS
from skytnt_way import SkytntWay

ROOT = Path(__file__).resolve().parents[2]
SIZES = {
    "small": EventConfiguration(256, NetShape(8, 4, 4, 64, 704), NetShape(2, 2, 2, 128, 512), 16384, musical=False),
    "medium": EventConfiguration(1024, NetShape(12, 16, 16, 64, 4096), NetShape(3, 4, 4, 256, 1024), 16384, musical=False),
}


def main() -> int:
    options = _arguments()
    torch.manual_seed(1)
    net = EventNet(SIZES[options.size]).eval()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = _write(net, folder)
        rows = [_measure(net, folder, events, options) for events in options.contexts]
    result = {
        "parameters": net.parameter_count(), "threads": options.threads, "fileBytes": sizes,
        "machine": {"processor": _processor(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}, "rows": rows,
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--contexts", type=int, nargs="+", default=[64, 256, 512], help="events read before")
    parser.add_argument("--events", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--build", type=Path, default=ROOT / "dist", help="compiled sources")
    parser.add_argument("--out", type=Path, help="JSON file")
    return parser.parse_args()


def _write(net: EventNet, folder: Path) -> dict[str, int]:
    base, token = build_published_graphs(net)
    graphs = {"model_base.onnx": base, "model_token.onnx": token}
    for name, quantised in (("fp32", False), ("int8", True)):
        graphs[f"event.{name}.onnx"] = build_event_graph(net, quantised)
        graphs[f"token.{name}.onnx"] = build_token_graph(net, quantised)
    for name, graph in graphs.items():
        onnx.save(graph, folder / name)
    return {name: (folder / name).stat().st_size for name in graphs}


def _measure(net: EventNet, folder: Path, context: int, options: argparse.Namespace) -> dict[str, object]:
    rows = _random_notes(context)
    (folder / "rows.json").write_text(json.dumps(rows.reshape(-1).tolist()))

    def ours(cpu: str, token: str, interface: str) -> list[tuple[float, float]]:
        shape = json.dumps(event_options(net, interface))
        words = [folder / cpu, folder / token, shape, folder / "rows.json", options.events, options.threads]
        return _node(options.build, words)

    def theirs() -> list[tuple[float, float]]:
        way = SkytntWay(str(folder / "model_base.onnx"), str(folder / "model_token.onnx"), options.threads)
        return way.play(rows, options.events)

    ways = {
        "skytnt": theirs,
        "published in continuo": lambda: ours("model_base.onnx", "model_token.onnx", "skytnt"),
        "continuo fp32": lambda: ours("event.fp32.onnx", "token.fp32.onnx", "delta"),
        "continuo int8": lambda: ours("event.int8.onnx", "token.int8.onnx", "delta"),
    }
    samples: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, run in ways.items():
            # The first events of a session are slower; they are not what a performance is made of.
            samples[name] += run()[4:]
    return {"contextEvents": context, "byTheClock": _figures(samples, 0), "ofProcessorTime": _figures(samples, 1)}


def _figures(samples: dict[str, list[tuple[float, float]]], which: int) -> dict[str, dict[str, float]]:
    times = {name: [value[which] for value in values] for name, values in samples.items()}
    middle = {name: median(values) for name, values in times.items()}
    fastest = {name: float(np.quantile(values, 0.1)) for name, values in times.items()}
    return {
        name: {
            "millisecondsPerEvent": round(middle[name], 2),
            "ofTheFastestTenth": round(fastest[name], 2),
            "eventsPerSecond": round(1000 / middle[name], 1),
            "timesFasterThanSkytnt": round(middle["skytnt"] / middle[name], 2),
            "timesFasterOfTheFastestTenth": round(fastest["skytnt"] / fastest[name], 2),
        }
        for name in times
    }


def _random_notes(count: int) -> np.ndarray:
    random = np.random.default_rng(2)
    columns = [np.full(count, EVENT_IDS["note"])]
    for name in EVENT_PARAMETERS["note"]:
        start, size = BLOCKS[name]
        columns.append(start + random.integers(0, min(size, 16), count))
    return np.stack(columns, axis=1).astype(np.int64)


def _node(build: Path, words: list[object]) -> list[tuple[float, float]]:
    command = ["node", str(build / "bench" / "compare" / "time-events.js"), *map(str, words)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


if __name__ == "__main__":
    sys.exit(main())
