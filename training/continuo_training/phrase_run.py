"""Runs of a phrase model: their token files, one a style, and what the folders of its two nets hold beside checkpoints.

The folder of the net of bars has `heard.npy`, which ids its training music has. That of the net between bars has
`phrases.pt`: the net of bars as it was when its bars were encoded, the codes, and the rows of controls. A pack needs
nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .id_facts import IdFacts
from .latent_task import LatentSong, LatentTask
from .phrase_bars import PhraseSong, load_phrase_songs
from .phrase_controls import ControlTable, control_table
from .phrase_latents import Codebook, encode_songs, in_basis, learn_codes
from .phrase_mamba import LatentMamba, MambaConfiguration
from .phrase_net import PhraseConfiguration, PhraseNet
from .phrase_pack import PhraseModel
from .phrase_task import PhraseTask, phrase_facts
from .phrase_vocabulary import PhraseVocabulary, read_vocabulary

HEARD_FILE, PHRASES_FILE = "heard.npy", "phrases.pt"


@dataclass(frozen=True)
class PhraseRun:
    """What came out of training. `learned`: ids that the net of bars was trained on; `bars`: that the other net was."""

    model: PhraseModel
    facts: IdFacts
    learned: int
    bars: int


def styles_of(paths: list[Path]) -> list[str]:
    """Of token files told as STYLE=FILE. ValueError where a style is missing."""
    styles = [str(path).partition("=")[0] for path in paths if "=" in str(path)]
    if len(styles) < len(paths):
        raise ValueError("say which style each token file is of, for example pop=runs/pop.bin song=runs/song.bin")
    return styles


def load_styles(paths: list[Path], vocabulary: PhraseVocabulary) -> list[PhraseSong]:
    """The songs of token files told as STYLE=FILE."""
    files = [Path(str(path).partition("=")[2]) for path in paths]
    return [song for style, path in zip(styles_of(paths), files) for song in load_phrase_songs(path, style, vocabulary)]


def bar_task(
    shape: PhraseConfiguration, data: list[Path], validation: list[Path], folder: Path, seed: int, keep_encoder: bool
) -> PhraseTask:
    """The training of the net of bars, in `folder`. `keep_encoder`: of its decoder alone."""
    vocabulary = read_vocabulary()
    songs = [load_styles(paths, vocabulary) for paths in (data, validation)]
    task = PhraseTask(vocabulary, shape, *songs, seed, keep_encoder)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / HEARD_FILE, task.facts.group >= 0)
    return task


def between_bars_task(
    shape: MambaConfiguration, bars: Path, data: list[Path], validation: list[Path], folder: Path, seed: int
) -> LatentTask:
    """The training of the net that goes from bar to bar, in `folder`. `bars`: checkpoint of the net of bars. `shape`: its
    `controls` follow from the styles. A run that goes on keeps the codes it began with."""
    vocabulary = read_vocabulary()
    songs = [load_styles(paths, vocabulary) for paths in (data, validation)]
    path = folder / PHRASES_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _learn_phrases(path, bars, songs[0], styles_of(data), shape.codes)
    net, codebook, table, _ = read_phrases(path)
    if len(codebook.centroids) != shape.codes:
        raise ValueError(f"{path} holds {len(codebook.centroids)} codes, not {shape.codes}; choose another --out")
    shape = MambaConfiguration(**{**shape.as_dict(), "controls": table.size, "latent": net.configuration.latent})
    return LatentTask(shape, table, codebook, *(latent_songs(net, codebook, part) for part in songs), seed)


def latent_songs(net: PhraseNet, codebook: Codebook, songs: list[PhraseSong]) -> list[LatentSong]:
    latents = in_basis(encode_songs(net, songs), codebook)
    return [LatentSong(song, of_song.numpy(), codebook.nearest(of_song).numpy()) for song, of_song in zip(songs, latents, strict=True)]


def load_phrase_net(checkpoint: Path) -> tuple[PhraseNet, dict]:
    """The averaged net of bars and the checkpoint's other entries."""
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    if content.get("family") != PhraseTask.family:
        raise ValueError(f"{checkpoint} is no checkpoint of `train phrases`")
    net = PhraseNet(PhraseConfiguration(**content["configuration"]))
    net.load_state_dict(content["average"])
    return net.eval(), content


def facts_beside(checkpoint: Path) -> IdFacts:
    """Which ids compete in the net of bars of a checkpoint."""
    path = checkpoint.parent / HEARD_FILE
    if not path.exists():
        raise ValueError(f"{path} is missing: run `train phrases` with the same data and --out again, which writes it")
    return phrase_facts(read_vocabulary(), np.load(path).astype(np.int64))


def write_phrases(path: Path, checkpoint: Path, codebook: Codebook, table: ControlTable) -> None:
    """`checkpoint`: of the net of bars whose latents the codes are of."""
    net, content = load_phrase_net(checkpoint)
    torch.save(
        {
            "configuration": net.configuration.as_dict(),
            "weights": net.state_dict(),
            "learned": content["progress"]["tokens"],
            "heard": facts_beside(checkpoint).group >= 0,
            "codebook": codebook.state(),
            "table": {"styles": table.styles, "density_edges": table.density_edges},
        },
        path,
    )


def read_phrases(path: Path) -> tuple[PhraseNet, Codebook, ControlTable, dict]:
    content = torch.load(path, map_location="cpu", weights_only=False)
    net = PhraseNet(PhraseConfiguration(**content["configuration"]))
    net.load_state_dict(content["weights"])
    return net.eval(), Codebook(**content["codebook"]), ControlTable(**content["table"]), content


def load_phrase_run(checkpoint: Path, bars: Path | None = None) -> PhraseRun:
    """`checkpoint`: of the net between bars. `bars`: of a net of bars whose decoder has learned on since; ValueError where its
    encoder has too, for then its latents mean something else."""
    content = torch.load(checkpoint, map_location="cpu", weights_only=False)
    if content.get("family") != LatentTask.family:
        raise ValueError(f"{checkpoint} is no checkpoint of `train phrase-mamba`, which a pack is made of")
    net, codebook, table, phrases = read_phrases(checkpoint.parent / PHRASES_FILE)
    learned = phrases["learned"]
    if bars is not None:
        kept, (net, of_bars) = net, load_phrase_net(bars)
        learned = of_bars["progress"]["tokens"]
        if not all(torch.equal(getattr(kept, name), getattr(net, name)) for name in ("queries", "encoder_gain", "embedding")):
            raise ValueError(f"the encoder of {bars} is not the one that {checkpoint} was trained with: train phrase-mamba again")
    mamba = LatentMamba(MambaConfiguration(**content["configuration"]))
    mamba.load_state_dict(content["average"])
    facts = phrase_facts(read_vocabulary(), phrases["heard"].astype(np.int64))
    return PhraseRun(PhraseModel(net, mamba.eval(), codebook, table), facts, learned, content["progress"]["tokens"])


def _learn_phrases(path: Path, bars: Path, songs: list[PhraseSong], styles: list[str], codes: int) -> None:
    net, _ = load_phrase_net(bars)
    codebook = learn_codes(encode_songs(net, songs), songs, codes)
    write_phrases(path, bars, codebook, control_table(songs, styles))
