"""The controls of a phrase model: rows of its table, and how songs are labelled with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .phrase_bars import PhraseSong
from .phrase_vocabulary import METERS

SLOW_BELOW, FAST_ABOVE = 90, 140
DENSITIES = 5
REFEED_BARS = 16
"""All controls are fed again after so many bars, against drift."""
ORDER = ("tempo", "mode", "meter", "density", "style")
TEMPOS, MODES = ("slow", "medium", "fast"), ("major", "minor")


@dataclass(frozen=True)
class ControlTable:
    """Rows from 1 on: the values of each control in ORDER, each followed by "unknown". Row 0 is no control."""

    styles: tuple[str, ...]
    density_edges: tuple[float, ...]
    """Onsets a beat between the DENSITIES classes."""

    @property
    def counts(self) -> dict[str, int]:
        return {"tempo": len(TEMPOS), "mode": len(MODES), "meter": len(METERS), "density": DENSITIES, "style": len(self.styles)}

    @property
    def size(self) -> int:
        return 1 + sum(count + 1 for count in self.counts.values())

    def first(self, control: str) -> int:
        return 1 + sum(self.counts[name] + 1 for name in ORDER[: ORDER.index(control)])

    def row(self, control: str, value: int | None) -> int:
        """None: unknown."""
        return self.first(control) + (self.counts[control] if value is None else value)

    def values(self, song: PhraseSong, bar: int) -> dict[str, int]:
        """What holds from a bar on; density over the bars until the controls are fed again."""
        here = song.bars[bar]
        dense = song.onsets_per_beat[bar : bar + REFEED_BARS].mean()
        return {
            "tempo": 0 if here.bpm < SLOW_BELOW else 2 if here.bpm > FAST_ABOVE else 1,
            "mode": int(song.minor),
            "meter": here.meter,
            "density": int(np.searchsorted(self.density_edges, dense, side="right")),
            "style": self.styles.index(song.style),
        }

    def sidecar(self) -> dict:
        """As `phrases.json` tells it."""

        def rows(control: str) -> list[int]:
            return [self.first(control) + value for value in range(self.counts[control] + 1)]

        styles = rows("style")
        return {
            **{control: rows(control) for control in ORDER[:-1]},
            "styles": {"names": list(self.styles), "ids": styles[:-1], "unknown": styles[-1]},
        }


def control_table(songs: list[PhraseSong], styles: list[str]) -> ControlTable:
    """Density classes are quintiles of stretches of REFEED_BARS bars."""
    stretches = [
        song.onsets_per_beat[at : at + REFEED_BARS].mean() for song in songs for at in range(0, len(song.bars), REFEED_BARS)
    ]
    edges = np.quantile(stretches, np.arange(1, DENSITIES) / DENSITIES)
    return ControlTable(tuple(styles), tuple(round(float(edge), 3) for edge in edges))
