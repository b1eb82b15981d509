"""The same step graph of a pack in Python's onnxruntime and in Continuo's plugin, in turns on one thread of this machine.

    npm run setup
    python bench/compare/step.py --pack models/skytnt-pop > bench/results/step.json

Python's best is taken of two ways: plain `run`, and inputs bound once to the past. Needs onnxruntime and numpy alone.
Figures are milliseconds of processor time; of the rounds the one with the least median counts, for either side.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    options = _arguments()
    manifest = json.loads((options.pack / "pack.json").read_text(encoding="utf-8"))
    rows = []
    for context in options.contexts:
        python, continuo = [], []
        for _ in range(options.rounds):
            python.append(min(_timed(way, options.steps) for way in _ways(options.pack, manifest, context)))
            continuo.append(_continuo(options.pack, manifest["name"], context, options.steps))
        rows.append({"contextTokens": context, "python": min(python), "continuo": min(continuo), "timesPython": min(continuo) / min(python)})
    loading = _loading(options.pack, manifest)
    versions = {"python": onnxruntime.__version__, "loadAverage": os.getloadavg()[0]}
    print(json.dumps({"pack": manifest["name"], "threads": 1, "milliseconds": "processor, median of the best round", **versions, "loading": loading, "rows": rows}, indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, default=ROOT / "models" / "skytnt-pop")
    parser.add_argument("--contexts", type=int, nargs="+", default=[128, 512, 1024, 2048])
    parser.add_argument("--steps", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=4)
    return parser.parse_args()


def _ways(pack: Path, manifest: dict, context: int) -> list[Callable[[], object]]:
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(pack / manifest["model"]["files"]["cpu"]), settings, providers=["CPUExecutionProvider"])
    capacity = manifest["model"]["options"]["contextTokens"]
    feeds = {"ids": np.zeros((1, 1), dtype=np.int64), "plen": np.array([context])}
    for value in session.get_inputs():
        if value.name.startswith("past"):
            shape = [capacity if isinstance(size, str) else size for size in value.shape]
            feeds[value.name] = np.zeros(shape, dtype=np.float32)
    binding = session.io_binding()
    for name, value in feeds.items():
        binding.bind_cpu_input(name, value)
    for value in session.get_outputs():
        binding.bind_output(value.name)
    return [lambda: session.run(None, feeds), lambda: session.run_with_iobinding(binding)]


def _loading(pack: Path, manifest: dict) -> dict[str, float]:
    """Of a session: milliseconds of its making, of its first run and of a later one."""
    started = time.process_time_ns()
    way = _ways(pack, manifest, 512)[0]
    made = time.process_time_ns()
    way()
    first = time.process_time_ns()
    return {"create": (made - started) / 1e6, "firstRun": (first - made) / 1e6, "laterRun": _timed(way, 32)}


def _timed(way: Callable[[], object], steps: int) -> float:
    times = []
    for step in range(steps + 8):
        started = time.process_time_ns()
        way()
        if step >= 8:
            times.append(time.process_time_ns() - started)
    return float(np.median(times)) / 1e6


def _continuo(pack: Path, name: str, context: int, steps: int) -> float:
    words = [f"pack={name}", f"folders={pack.resolve().parent}", f"contexts={context}", f"rounds={max(1, steps // 32)}"]
    run = subprocess.run(
        ["node", str(ROOT / "bin" / "continuo.js"), "bench", "inference", *words, "--json"], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise SystemExit(f"continuo failed: {run.stderr.strip()}")
    return json.loads(run.stdout)["rows"][0]["step"]["processor"]["p50"]


if __name__ == "__main__":
    sys.exit(main())
