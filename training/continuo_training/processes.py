"""The processes of a training run: one, or as many as `accelerate launch` or torchrun started, each with a device of its own.

Windows, losses and gradients are made in every process; gradients are averaged before a step, so that all hold the same
weights after it. What a process decides alone (when time is up, whether to stop) must be told to the others here.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import InitProcessGroupKwargs, broadcast
from torch import Tensor, nn

PATIENCE_WITH_EACH_OTHER = timedelta(hours=2)


class Processes:
    """Every method that speaks to the others must be called by all of them, in the same order. Alone it costs nothing."""

    def __init__(self) -> None:
        # The run chooses precision and what is compiled itself, whatever a launcher has in its settings.
        self._accelerator = Accelerator(
            cpu=not torch.cuda.is_available(),
            mixed_precision="no",
            dynamo_backend="no",
            kwargs_handlers=[InitProcessGroupKwargs(timeout=PATIENCE_WITH_EACH_OTHER)],
        )

    @property
    def device(self) -> torch.device:
        """CUDA where there is any, else the processor."""
        return self._accelerator.device

    @property
    def index(self) -> int:
        return self._accelerator.process_index

    @property
    def is_main(self) -> bool:
        """Of one that evaluates, logs and writes."""
        return self._accelerator.is_main_process

    def parallel(self, objective: nn.Module) -> nn.Module:
        """The module whose forward is the loss, on this process's device; backward through it averages gradients."""
        return self._accelerator.prepare(objective)

    def gathered(self, *numbers: float) -> np.ndarray:
        """What each process tells, float64 [processes, numbers]; the same everywhere."""
        return self._accelerator.gather(self._tensor(numbers)[None]).cpu().numpy()

    def any(self, said: bool) -> bool:
        return bool(self.gathered(said).any())

    def from_main(self, number: float) -> float:
        """The main process's number, whatever the others say."""
        return float(broadcast(self._tensor([number]))[0])

    def wait(self) -> None:
        """Until all are here."""
        self._accelerator.wait_for_everyone()

    def own_chance(self, rng: np.random.Generator, seed: int) -> None:
        """Makes chance differ between processes; in the main one it is as it was. PyTorch's is seeded, `rng` moved."""
        if self.index:
            torch.manual_seed(seed + self.index)
            rng.bit_generator.state = rng.bit_generator.jumped(self.index).state

    def leave(self) -> None:
        """Parts from the others; nothing can be told after that."""
        self._accelerator.end_training()

    def _tensor(self, numbers: tuple[float, ...] | list[float]) -> Tensor:
        return torch.tensor(numbers, dtype=torch.float64, device=self.device)
