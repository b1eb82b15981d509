"""What is known of the ids of a flat format before any training: it shapes the model's tables and its loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class IdFacts:
    """V ids with M features.

    `features` float32 [V, M]: what ids have in common, so that rare ones are not learned from nothing.
    `advance` int64 [V]: units that time moves on with an id; `lead` bool [V] and `advance_after_lead` int64 [V]: what
    it moves on with an id that follows a leading one (formats that spell a note with several ids).
    `group` int64 [V]: ids compete only within their group, as when a grammar forbids the others; -1 is never wanted.
    `kind` int64 [V]: index into `kinds`, for figures. `notes` float32 [V]: notes that an id begins.
    """

    features: np.ndarray
    advance: np.ndarray
    lead: np.ndarray
    advance_after_lead: np.ndarray
    units_per_beat: int
    group: np.ndarray
    kinds: tuple[str, ...]
    kind: np.ndarray
    notes: np.ndarray

    @property
    def size(self) -> int:
        return len(self.group)

    def members(self) -> list[np.ndarray]:
        """Ids of each group, rising."""
        return [np.flatnonzero(self.group == number) for number in range(int(self.group.max()) + 1)]


def one_hot(values: np.ndarray, size: int, where: np.ndarray) -> np.ndarray:
    """float32 [len(values), size]: 1 at the value, nothing where `where` is False."""
    table = np.zeros((len(values), size), dtype=np.float32)
    rows = np.flatnonzero(where)
    table[rows, values[rows]] = 1
    return table
