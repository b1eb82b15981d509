"""What a phrase model makes of held-out songs, in figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .latent_task import LatentSong
from .loss import LossSum
from .phrase_bound import Bound, bounds, code_loss, code_opinions
from .phrase_judge import BarJudge
from .phrase_pack import PhraseModel

MOST_NATS = 700.0
"""Whose exponential is still a number; nets that have learned nothing can lie beyond it."""


@dataclass(frozen=True)
class PhraseFigures:
    """`spelled`: ids where the decoder is given the latent of the bar itself; `codes`: codes of bars given all bars before;
    `bounds`: of both nets together, all of them true."""

    spelled: LossSum
    codes: LossSum
    bounds: list[Bound]

    @property
    def tightest(self) -> Bound:
        return min(self.bounds, key=lambda bound: bound.nats_per_id)

    def as_dict(self) -> dict[str, Any]:
        best = self.tightest
        return {
            "natsPerToken": best.nats_per_id,
            "perplexity": math.exp(min(best.nats_per_id, MOST_NATS)),
            "bitsPerEvent": best.bits_per_note,
            "bound": {
                "widening": best.widening,
                "latentNatsPerBar": best.latent_nats_per_bar,
                "idsNatsPerToken": best.ids.per_token,
                "bitsPerEventByWidening": {f"{each.widening:g}": each.bits_per_note for each in self.bounds},
            },
            "reconstruction": {"natsPerToken": self.spelled.per_token, "bitsPerEvent": self.spelled.bits_per_event},
            "codes": {"natsPerBar": self.codes.per_token, "perplexity": self.codes.perplexity},
            "bits": self.spelled.bits_by_parameter(),
        }


def judge_model(model: PhraseModel, judge: BarJudge, songs: list[LatentSong]) -> PhraseFigures:
    """`songs`: those of the judge."""
    opinions = list(code_opinions(model, songs))
    return PhraseFigures(judge.loss(model.net), code_loss(opinions, songs), bounds(model, judge, opinions))
