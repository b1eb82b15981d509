"""Training a two-level model on the windows, keys and loss of the flat decoder of rows."""

from __future__ import annotations

from .event_model import EventConfiguration, EventNet
from .event_transfer import start_from
from .model import Decoder
from .training_task import RowTask
from .windows import PreparedSong


class EventTask(RowTask):
    family = "event-lm"

    def __init__(
        self, shape: EventConfiguration, training: list[PreparedSong], validation: list[PreparedSong], seed: int = 1,
        flat: Decoder | None = None,
    ) -> None:
        """`flat`: a trained flat decoder of the same width and heads to start from."""
        super().__init__(shape, training, validation, seed)
        self._flat = flat

    def new_model(self) -> EventNet:
        net = EventNet(self._shape)
        if self._flat is not None:
            start_from(net, self._flat)
        return net
