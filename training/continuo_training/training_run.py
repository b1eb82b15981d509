"""One training run: a folder that holds its settings, its last and best checkpoints and its log, resumable at any moment.

Every process that `accelerate launch` or torchrun starts makes the same run object and calls `train`; they share the work of
each step. A run may be resumed with another number of processes.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from .event_model import EventConfiguration, EventNet
from .event_task import EventTask
from .flat_model import FlatConfiguration, FlatDecoder
from .flat_windows import Batch
from .loss import LossSum
from .model import Decoder, ModelConfiguration
from .optimiser import make_optimisers
from .processes import Processes
from .training_task import RowTask, TrainingTask

AVERAGE_DECAY = 0.998
GRADIENT_LIMIT = 1.0
Weights = dict[str, Tensor]
LossOf = Callable[[nn.Module, Batch, LossSum | None], Tensor]


@dataclass(frozen=True)
class TrainingSettings:
    """`minutes`: the budget that the learning-rate schedule is laid over; `decay_share`: its last part, down to 0."""

    minutes: float
    batch: int
    matrix_rate: float = 0.02
    table_rate: float = 4e-3
    weight_decay: float = 0.02
    warmup_steps: int = 100
    decay_share: float = 0.5
    evaluate_minutes: float = 6.0
    checkpoint_minutes: float = 2.0
    patience: int = 6
    validation_windows: int = 24
    seed: int = 1
    threads: int = 2
    compiled: bool = False


@dataclass
class Progress:
    seconds: float = 0.0
    steps: int = 0
    tokens: int = 0
    best: float = float("inf")
    since_best: int = 0
    history: list[dict] = field(default_factory=list)


def learning_share(settings: TrainingSettings, progress: Progress) -> float:
    """Factor on both learning rates, 0..1: warm up, hold, then linearly down to nothing at the end of the budget."""
    done = progress.seconds / (settings.minutes * 60)
    warm = min(1.0, (progress.steps + 1) / settings.warmup_steps)
    return warm * float(np.clip((1 - done) / settings.decay_share, 0.0, 1.0))


def evaluate(model: nn.Module, batch: Batch, loss: LossOf, size: int = 4) -> LossSum:
    """Loss over windows, on the device of the model; deterministic."""
    sums = LossSum.empty()
    device = next(model.parameters()).device
    with torch.no_grad():
        for start in range(0, len(batch), size):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss(model, batch.part(slice(start, start + size)), sums)
    return sums


class Objective(nn.Module):
    """The loss of a model as a module: what is wrapped to average gradients between processes must hold all that has any."""

    def __init__(self, task: TrainingTask, model: nn.Module) -> None:
        super().__init__()
        self.task, self.model = task, model

    def forward(self, batch: Batch) -> Tensor:
        return self.task.loss(self.model, batch)


class TrainingRun:
    def __init__(self, folder: Path, task: TrainingTask, settings: TrainingSettings, begin_with: Weights | None = None) -> None:
        """`begin_with`: weights of the same shape that a new run begins with (fine-tuning)."""
        self._processes = Processes()
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.folder, self.settings, self.task = folder, settings, task
        self.configuration = task.configuration
        windows = task.validation()
        spread = np.linspace(0, len(windows) - 1, min(settings.validation_windows, len(windows))).astype(int)
        self.validation = windows.part(spread)
        self.model = task.new_model()
        if begin_with is not None:
            self.model.load_state_dict(begin_with)
        self.average = task.new_model()
        self.average.load_state_dict(self.model.state_dict())
        for model in (self.model, self.average):
            model.to(self._processes.device)
        self.optimisers = make_optimisers(
            self.model, settings.matrix_rate, settings.table_rate, settings.weight_decay
        )
        self.progress = Progress()
        self._asked_to_stop = False
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()
        self._processes.own_chance(task.rng, settings.seed)
        if settings.compiled:
            for layer in self.model.layers:
                layer.compile()
        self._objective = self._processes.parallel(Objective(task, self.model))

    @property
    def _last(self) -> Path:
        return self.folder / "last.pt"

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that evaluates, logs and writes."""
        return self._processes.is_main

    def train(self) -> None:
        """Until the budget is spent, patience is lost, or SIGINT / SIGTERM in any process (which leaves a checkpoint to resume
        from). Processes part at its end."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)
        budget = self.settings.minutes * 60
        if not self.progress.history:
            self._evaluate()
        saved = evaluated = self.progress.seconds
        stopped = False
        with tqdm(
            total=round(budget), initial=round(self.progress.seconds), unit="s", smoothing=0.05, disable=not self.is_main
        ) as bar:
            while self.progress.seconds < budget:
                stopped = self._processes.any(self._asked_to_stop)
                if stopped:
                    break
                loss = self._step_together()
                bar.update(round(self.progress.seconds) - bar.n)
                bar.set_postfix(loss=f"{loss:.4f}", tokens=f"{self.progress.tokens / 1e6:.2f}M", refresh=False)
                if self.progress.seconds - evaluated >= self.settings.evaluate_minutes * 60:
                    evaluated = self.progress.seconds
                    self._evaluate()
                    if self._processes.from_main(self.progress.since_best) >= self.settings.patience:
                        if self.is_main:
                            bar.write(f"no better for {self.settings.patience} evaluations: stopped early")
                        break
                if self.progress.seconds - saved >= self.settings.checkpoint_minutes * 60:
                    saved = self.progress.seconds
                    self._save(self._last)
        if not stopped:
            self._evaluate()
        self._save(self._last)
        self._processes.leave()

    def _ask_to_stop(self, *_: object) -> None:
        self._asked_to_stop = True

    def _step_together(self) -> float:
        """A step of all processes, told in `progress` alike everywhere: the learning rate follows it. Returns the mean loss."""
        began = time.monotonic()
        loss, learned = self._step()
        told = self._processes.gathered(loss, learned, time.monotonic() - began)
        self.progress.seconds += float(told[0, 2])
        self.progress.steps += 1
        self.progress.tokens += int(told[:, 1].sum())
        return float(told[:, 0].mean())

    def _step(self) -> tuple[float, int]:
        """Own loss and the ids learned from; weights become those of all processes' mean gradient."""
        batch = self.task.batch(self.settings.batch)
        with torch.autocast(self._processes.device.type, dtype=torch.bfloat16):
            loss = self._objective(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_LIMIT)
        share = learning_share(self.settings, self.progress)
        for optimiser, rate in zip(self.optimisers, (self.settings.matrix_rate, self.settings.table_rate)):
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        decay = min(AVERAGE_DECAY, (self.progress.steps + 1) / (self.progress.steps + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - decay)
        return float(loss.detach()), batch.learned

    def _evaluate(self) -> None:
        if not self.is_main:
            return
        sums = evaluate(self.average, self.validation, self.task.loss)
        progress = self.progress
        entry = {
            "seconds": round(progress.seconds), "steps": progress.steps, "tokens": progress.tokens,
            "loss": sums.per_token, "perplexity": sums.perplexity, "bitsPerEvent": sums.bits_per_event,
            "bits": {name: round(bits, 4) for name, bits in sums.bits_by_parameter().items()},
        }
        progress.history.append(entry)
        with open(self.folder / "log.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")
        tqdm.write(f"step {progress.steps}: validation {sums.per_token:.4f} nats, {sums.bits_per_event:.3f} bits/event")
        if sums.per_token < progress.best:
            progress.best, progress.since_best = sums.per_token, 0
            self._save(self.folder / "best.pt")
        else:
            progress.since_best += 1

    def _save(self, path: Path) -> None:
        if not self.is_main:
            return
        content = {
            "family": self.task.family,
            "configuration": self.configuration,
            "settings": asdict(self.settings),
            "progress": asdict(self.progress),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "random": self.task.rng.bit_generator.state,
        }
        partial = path.with_suffix(".partial")
        torch.save(content, partial)
        partial.replace(path)

    def _resume(self) -> None:
        if not self._last.exists():
            return
        content = torch.load(self._last, map_location="cpu", weights_only=False)
        if content["configuration"] != self.configuration:
            raise ValueError(f"{self._last} is of another shape: {content['configuration']}; choose another --out")
        self.model.load_state_dict(content["model"])
        self.average.load_state_dict(content["average"])
        for optimiser, state in zip(self.optimisers, content["optimisers"]):
            optimiser.load_state_dict(state)
        self.task.rng.bit_generator.state = content["random"]
        self.progress = Progress(**content["progress"])


def averaged_weights(checkpoint: Path, configuration: dict) -> Weights:
    """To begin another run with. ValueError when the checkpoint is of another shape."""
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    if content["configuration"] != configuration:
        raise ValueError(f"{checkpoint} is of another shape: {content['configuration']}; give the same sizes to go on from it")
    return content["average"]


def family_of(checkpoint: Path) -> str:
    """The family whose task wrote a checkpoint."""
    return torch.load(checkpoint, map_location="cpu", weights_only=False, mmap=True).get("family", RowTask.family)


def load_decoder(checkpoint: Path) -> tuple[Decoder | EventNet | FlatDecoder, dict]:
    """The averaged weights of a checkpoint, ready to run, and the checkpoint's other entries."""
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    content.setdefault("family", RowTask.family)
    shape = content["configuration"]
    if content["family"] == RowTask.family:
        model = Decoder(ModelConfiguration(**shape))
    elif content["family"] == EventTask.family:
        model = EventNet(EventConfiguration(**shape))
    else:
        model = FlatDecoder(FlatConfiguration(**{**shape, "periods_beats": tuple(shape["periods_beats"])}))
    model.load_state_dict(content["average"])
    return model.eval(), {key: content[key] for key in ("family", "configuration", "settings", "progress")}
