"""Three ways to step the same decoder on one thread of this machine, side by side in one run.

    npm run setup
    PYTHONPATH=training python bench/compare/decoder.py --checkpoint training/runs/pop/best.pt

* eager: PyTorch, keys and values joined at every step, as most sampling loops do.
* joined: the same module as PyTorch's exporter writes it, run by onnxruntime-node.
* continuo: our step graph in the plugin decoder-lm, float32 and int8.

Without --checkpoint the decoder has the shape of the shipped skytnt-pop and random weights: they cost the same.
Needs what training/requirements.txt names. The ways take turns, `--rounds` times; figures are medians over all steps.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import onnx
import torch
from continuo_training.model import Decoder, ModelConfiguration
from continuo_training.pack import model_options
from continuo_training.quantise import quantise
from continuo_training.step_graph import build_step_graph
from continuo_training.training_run import load_decoder
from plain_decoder import PlainStep, check, empty_past, export

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "models" / "skytnt-pop" / "step.int8.onnx"


def main() -> int:
    options = _arguments()
    torch.set_num_threads(1)
    decoder = load_decoder(options.checkpoint)[0] if options.checkpoint else _random_decoder()
    with torch.no_grad(), tempfile.TemporaryDirectory() as folder:
        check(decoder)
        ways = _ways(decoder, Path(folder))
        rows = [_measure(ways, context, options.steps, options.rounds) for context in options.contexts]
    print(json.dumps({"parameters": decoder.parameter_count(), "threads": 1, "rows": rows}, indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--contexts", type=int, nargs="+", default=[128, 512, 1024], help="whole rows of 8 ids")
    parser.add_argument("--steps", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _random_decoder() -> Decoder:
    properties = {entry.key: int(entry.value) for entry in onnx.load(SHIPPED).metadata_props if entry.value.isdigit()}
    names = ModelConfiguration.__dataclass_fields__
    torch.manual_seed(1)
    return Decoder(ModelConfiguration(**{name: properties[name] for name in names})).eval()


def _ways(decoder: Decoder, folder: Path) -> dict[str, object]:
    joined, full, small = (str(folder / name) for name in ("joined.onnx", "step.onnx", "step.int8.onnx"))
    export(decoder, joined)
    graph = build_step_graph(decoder, half_tables=True)
    onnx.save(graph, full)
    onnx.save(quantise(graph), small)
    shape = json.dumps(model_options(decoder.configuration))
    return {
        "eager": lambda context, steps: _time_eager(decoder, context, steps),
        "joined": lambda context, steps: _node("time-joined-graph", joined, context, steps),
        "continuo fp32": lambda context, steps: _node("time-decoder", full, shape, context, steps),
        "continuo int8": lambda context, steps: _node("time-decoder", small, shape, context, steps),
    }


def _measure(ways: dict, context: int, steps: int, rounds: int) -> dict[str, object]:
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, run in ways.items():
            # The first steps of a session are slower; they are not what a performance is made of.
            samples[name] += run(context, steps)[8:]
    figures = {name: round(median(values), 3) for name, values in samples.items()}
    ours = figures["continuo int8"]
    return {
        "contextTokens": context,
        "millisecondsPerToken": figures,
        "timesFaster": {name: round(figure / ours, 2) for name, figure in figures.items() if name in ("eager", "joined")},
    }


def _time_eager(decoder: Decoder, context: int, steps: int) -> list[float]:
    step, past = PlainStep(decoder), empty_past(decoder, context)
    samples = []
    for index in range(steps):
        started = time.perf_counter()
        _, *past = step(torch.tensor([[index]]), torch.tensor([context + index]), torch.tensor([float(index)]), *past)
        samples.append((time.perf_counter() - started) * 1000)
    return samples


def _node(script: str, *words: object) -> list[float]:
    command = ["node", str(ROOT / "dist" / "bench" / "compare" / f"{script}.js"), *map(str, words)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
