"""Several processes train one model as one process would with all their windows, and either goes on from the other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from conftest import SMALL, song_rows
from flat_streams import write_token_file
from small_run import SETTINGS, StoppedTask, run_of, songs
from torch import Tensor, nn

from continuo_training.cli import main
from continuo_training.flat_windows import Batch
from continuo_training.optimiser import make_optimisers
from continuo_training.training_run import AVERAGE_DECAY, GRADIENT_LIMIT, Progress, TrainingRun, learning_share, load_decoder
from continuo_training.training_task import RowTask
from continuo_training.vocabulary import ROW_WIDTH, VOCABULARY_SIZE

HERE = Path(__file__).parent
STEPS = 6
ONE_MACHINE = ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]


def launched(processes: int, *program: str) -> None:
    """By `accelerate launch`; on a machine without GPUs, processes that share the processor and speak over gloo."""
    launcher = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", str(processes), *ONE_MACHINE]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([*launcher, *program], cwd=HERE, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]


class BothTask(StoppedTask):
    """What two processes do, in one: the second's windows are those of a generator that jumped."""

    def __init__(self, steps: int) -> None:
        super().__init__(steps)
        self._second = RowTask(SMALL, songs(4), songs(1))
        self._second.rng.bit_generator.state = self._second.rng.bit_generator.jumped().state

    def batch(self, size: int) -> Batch:
        parts = super().batch(size), self._second.batch(size)
        return Batch(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "wanted")), parts[0].ignored)

    def loss(self, model: nn.Module, batch: Batch, sums=None) -> Tensor:
        if sums is not None:
            return super().loss(model, batch, sums)
        half = len(batch) // 2
        # Weights that were cast once for both halves would gather both gradients in bfloat16.
        with torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=False):
            return (super().loss(model, batch.part(slice(half))) + super().loss(model, batch.part(slice(half, None)))) / 2


def assert_near(one: TrainingRun, other: TrainingRun) -> None:
    """Measured against how far the weights have come."""
    torch.manual_seed(SETTINGS.seed)
    begin = one.task.new_model()
    with torch.no_grad():
        for mine, theirs in ((one.model, other.model), (one.average, other.average)):
            for a, b, c in zip(mine.parameters(), theirs.parameters(), begin.parameters()):
                assert float((a - b).norm()) < 1e-3 * float((b - c).norm())


def test_one_process_does_what_a_plain_loop_does(tmp_path):
    run = run_of(tmp_path, StoppedTask(STEPS))

    torch.manual_seed(SETTINGS.seed)
    task, progress = RowTask(SMALL, songs(4), songs(1)), Progress()
    model, average = task.new_model(), task.new_model()
    average.load_state_dict(model.state_dict())
    optimisers = make_optimisers(model, SETTINGS.matrix_rate, SETTINGS.table_rate, SETTINGS.weight_decay)
    for progress.steps in range(STEPS):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = task.loss(model, task.batch(SETTINGS.batch))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_LIMIT)
        for optimiser, rate in zip(optimisers, (SETTINGS.matrix_rate, SETTINGS.table_rate)):
            for group in optimiser.param_groups:
                group["lr"] = rate * learning_share(SETTINGS, progress)
            optimiser.step()
            optimiser.zero_grad()
        decay = min(AVERAGE_DECAY, (progress.steps + 1) / (progress.steps + 10))
        for mine, theirs in zip(average.parameters(), model.parameters()):
            mine.data.lerp_(theirs.data, 1 - decay)
    for mine, theirs in ((run.model, model), (run.average, average)):
        assert all(torch.equal(a, b) for a, b in zip(mine.parameters(), theirs.parameters()))


def test_two_processes_do_what_one_does_with_the_windows_of_both_and_one_goes_on(tmp_path):
    launched(2, "small_run.py", str(tmp_path / "two"), str(STEPS))
    expected = run_of(tmp_path / "one", BothTask(STEPS))
    log = [json.loads(line) for line in (tmp_path / "two/log.jsonl").read_text().splitlines()]
    assert [entry["steps"] for entry in log] == [0], "only one process evaluates, and none after a stop"

    two, one = (TrainingRun(tmp_path / name, StoppedTask(STEPS), SETTINGS) for name in ("two", "one"))
    assert two.progress.steps == one.progress.steps == STEPS
    assert two.progress.tokens == expected.progress.tokens
    assert_near(two, one)
    assert two.task.rng.bit_generator.state == one.task.rng.bit_generator.state
    for run in (two, one):
        run.train()
    assert two.progress.steps == 2 * STEPS
    assert_near(two, one)


def test_the_command_is_the_same_for_one_process_and_for_two_that_go_on(tmp_path):
    rows = [song_rows(120, seed).reshape(-1).tolist() for seed in range(4)]
    data = write_token_file(tmp_path / "songs.bin", rows, "skytnt-events", {"version": "v2"}, VOCABULARY_SIZE, ROW_WIDTH)
    shape = {"context": SMALL.context_tokens, **{name: SMALL.as_dict()[name] for name in ("width", "layers", "heads", "hidden")}}
    command = ["train", "skytnt", "--data", data, "--validation", data, "--out", tmp_path / "run", "--batch", 2, "--threads", 1]
    command = [str(part) for part in [*command, *(part for name, value in shape.items() for part in (f"--{name}", value))]]
    assert main([*command, "--minutes", "0.02"]) == 0
    launched(2, "-m", "continuo_training", *command, "--minutes", "0.04")
    log = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    assert len(log) == 3, "before, after one process, after two"
    steps, tokens = ([entry[name] for entry in log] for name in ("steps", "tokens"))
    assert steps[2] > steps[1] > 0
    assert (tokens[2] - tokens[1]) / (steps[2] - steps[1]) > 1.7 * tokens[1] / steps[1]
    assert load_decoder(tmp_path / "run/best.pt")[1]["progress"]["steps"] == steps[2]
