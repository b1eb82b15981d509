"""Figures of either net of a phrase model on held-out songs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .export import summary
from .latent_task import LatentSong
from .phrase_bars import PhraseSong
from .phrase_figures import PhraseFigures, judge_model
from .phrase_judge import BarJudge
from .phrase_mamba import LatentMamba
from .phrase_net import PhraseNet
from .phrase_pack import PhraseModel
from .phrase_run import PhraseRun, facts_beside, latent_songs, load_phrase_net, load_phrase_run, load_styles
from .phrase_task import PhraseTask
from .phrase_vocabulary import read_vocabulary

KEPT = ("family", "configuration", "settings", "progress")
SEED_OF_UNTRAINED = 0
# Nets that know nothing make the same of all bars: a few will do.
UNTRAINED_BARS, UNTRAINED_SONGS = 100, 16


def phrase_figures(checkpoint: Path, data: list[Path]) -> dict[str, Any]:
    """What `report` tells of a checkpoint of either net; `data`: token files told as STYLE=FILE."""
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    songs = load_styles(data, read_vocabulary())
    if content["family"] == PhraseTask.family:
        told = _bar_figures(checkpoint, songs)
    else:
        run = load_phrase_run(checkpoint)
        trained, untrained = chain_figures(run, songs, latent_songs(run.model.net, run.model.codebook, songs))
        told = {"parameters": run.model.parameter_count(), "trained": trained.as_dict(), "untrained": untrained.as_dict()}
    return {**{key: content[key] for key in KEPT}, **told}


def chain_figures(run: PhraseRun, songs: list[PhraseSong], latents: list[LatentSong]) -> tuple[PhraseFigures, PhraseFigures]:
    """Of the trained nets, and of nets of the same shapes with random weights, with the same codes."""
    model, few = run.model, latents[:: max(1, len(latents) // UNTRAINED_SONGS)]
    torch.manual_seed(SEED_OF_UNTRAINED)
    blank = PhraseModel(_blank(model.net), LatentMamba(model.mamba.configuration).eval(), model.codebook, model.table)
    of_few = BarJudge(run.facts, [song.song for song in few], UNTRAINED_BARS)
    return judge_model(model, BarJudge(run.facts, songs), latents), judge_model(blank, of_few, few)


def _bar_figures(checkpoint: Path, songs: list[PhraseSong]) -> dict[str, Any]:
    net, facts = load_phrase_net(checkpoint)[0], facts_beside(checkpoint)
    torch.manual_seed(SEED_OF_UNTRAINED)
    return {
        "parameters": net.parameter_count(),
        "trained": summary(BarJudge(facts, songs).loss(net)),
        "untrained": summary(BarJudge(facts, songs, UNTRAINED_BARS).loss(_blank(net))),
    }


def _blank(net: PhraseNet) -> PhraseNet:
    return PhraseNet(net.configuration, net.features.float().numpy()).eval()
