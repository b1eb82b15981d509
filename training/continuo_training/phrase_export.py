"""From the finished runs of a phrase model to a pack."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .export import manifest_of
from .latent_task import LatentTask
from .pack import write_pack
from .phrase_judge import BarJudge
from .phrase_pack import Graphs, exact_graphs, never_heard_bias, small_graphs, write_phrase_files
from .phrase_parity import PhraseParity, compare_phrases
from .phrase_report import chain_figures
from .phrase_run import PhraseRun, latent_songs, load_phrase_run, load_styles
from .phrase_session import DecoderSession, EncoderSession, MambaSession
from .phrase_vocabulary import read_vocabulary

EXAMPLES = 10


def export_phrase_pack(
    checkpoint: Path, description: dict[str, Any], validation: list[Path], folder: Path, date: str, bars: Path | None = None
) -> dict[str, Any]:
    """Writes graphs, sidecar and pack.json into `folder`; returns the measures. `checkpoint`: of the net between bars; `bars`:
    of a net of bars to take instead of its own; `validation`: token files told as STYLE=FILE; `description`: texts, data,
    sampling, generation."""
    run, vocabulary = load_phrase_run(checkpoint, bars), read_vocabulary()
    songs = load_styles(validation, vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    bias = never_heard_bias(run.facts)
    graphs = small_graphs(run.model, bias)
    files = write_phrase_files(run.model, graphs, folder, vocabulary)
    latents = latent_songs(run.model.net, run.model.codebook, songs)
    examples = BarJudge(run.facts, songs).examples(EXAMPLES)
    trained, untrained = chain_figures(run, songs, latents)
    ids = sum(len(bar) for song in songs for bar in song.ids)
    measures = {
        "validation": trained.as_dict(),
        "untrained": untrained.as_dict(),
        "parity": {
            "float32": asdict(compare_phrases(run.model, bias, exact_graphs(run.model, bias), examples, vocabulary)),
            "pack": asdict(compare_phrases(run.model, bias, graphs, examples, vocabulary)),
        },
        "millisecondsPerToken": milliseconds_per_id(graphs, examples),
        "tokensPerBeat": ids / sum(bar.beats for song in songs for bar in song.bars),
    }
    manifest = _manifest(run, description, measures, files, date)
    write_pack(folder, manifest, list(files.values()))
    return measures


def parity_of_run(checkpoint: Path, data: list[Path]) -> PhraseParity:
    """Of the exact graphs of a run, on bars of token files told as STYLE=FILE."""
    run, vocabulary = load_phrase_run(checkpoint), read_vocabulary()
    bias = never_heard_bias(run.facts)
    examples = BarJudge(run.facts, load_styles(data, vocabulary)).examples(EXAMPLES)
    return compare_phrases(run.model, bias, exact_graphs(run.model, bias), examples, vocabulary)


def milliseconds_per_id(graphs: Graphs, bars: list[np.ndarray], repeats: int = 4) -> float:
    """Time of an id with its share of what is done once a bar, each as of the fastest tenth: what an idle machine takes."""
    encoder, decoder, mamba = EncoderSession(graphs.encoder), DecoderSession(graphs.decoder), MambaSession(graphs.mamba)
    of_bars, of_ids = [], []
    for bar in bars * repeats:
        began = time.perf_counter()
        latent = encoder.latent(bar)
        mamba.hear(latent)
        of_bars.append(time.perf_counter() - began)
        decoder.begin(latent)
        for index in bar:
            began = time.perf_counter()
            decoder.extend([index])
            of_ids.append(time.perf_counter() - began)
    share = len(bars) / sum(map(len, bars))
    return float(np.quantile(of_ids, 0.1) + share * np.quantile(of_bars, 0.1)) * 1000


def _manifest(run: PhraseRun, description: dict[str, Any], measures: dict[str, Any], files: dict[str, str], date: str) -> dict[str, Any]:
    parts = {"tokenizer": description["tokenizer"], "model": {"plugin": LatentTask.family, "files": files}}
    manifest = manifest_of(description, {"progress": {"tokens": run.learned}}, run.model, measures, parts, date)
    manifest["styles"] = list(run.model.table.styles)
    trained, untrained = measures["validation"], measures["untrained"]
    manifest["training"] |= {
        "barsSeen": run.bars,
        "bound": trained["bound"],
        "reconstruction": trained["reconstruction"],
        "codes": {**trained["codes"], "untrainedNatsPerBar": untrained["codes"]["natsPerBar"]},
    }
    return manifest
