"""A small run that is stopped by a signal at a step. As a program: `small_run.py FOLDER STEPS`, under a launcher of processes."""

import os
import signal
import sys
from pathlib import Path

from conftest import SMALL, song_rows

from continuo_training.flat_windows import Batch
from continuo_training.songs import read_song
from continuo_training.training_run import TrainingRun, TrainingSettings
from continuo_training.training_task import RowTask
from continuo_training.windows import prepare

SETTINGS = TrainingSettings(minutes=60, batch=2, warmup_steps=5, evaluate_minutes=30, validation_windows=2, threads=1)


def songs(count: int):
    return [prepare(read_song(str(seed), song_rows(120, seed).reshape(-1)), True) for seed in range(count)]


class StoppedTask(RowTask):
    """Its process is told to stop while it makes the windows of step `steps`, which is still done."""

    def __init__(self, steps: int) -> None:
        super().__init__(SMALL, songs(4), songs(1))
        self._steps_left = steps

    def batch(self, size: int) -> Batch:
        self._steps_left -= 1
        if self._steps_left == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().batch(size)


def run_of(folder: Path, task: RowTask) -> TrainingRun:
    run = TrainingRun(folder, task, SETTINGS)
    run.train()
    return run


if __name__ == "__main__":
    last_process = int(os.environ["RANK"]) == int(os.environ["WORLD_SIZE"]) - 1
    run_of(Path(sys.argv[1]), StoppedTask(int(sys.argv[2]) if last_process else 0))
