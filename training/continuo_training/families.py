"""Families by name: what `train` makes of its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from .beat_family import CODEBOOK, BeatFamily
from .data import load_songs
from .event_model import EventConfiguration, NetShape
from .event_task import EventTask
from .flat_model import FlatConfiguration, musical_periods
from .flat_windows import FlatFamily
from .model import ModelConfiguration
from .phrase_mamba import MambaConfiguration
from .phrase_net import PhraseConfiguration
from .training_task import FlatTask, RowTask, TrainingTask

CONTEXTS = {"skytnt": 3072, "event-lm": 3072, "theremin": 512, "beat-kmeans": 1024}
BARS, BETWEEN_BARS = "phrases", "phrase-mamba"
USUAL_SETTINGS = {"batch": 4, "matrix_rate": 0.02, "table_rate": 4e-3, "decay_share": 0.5, "evaluate_minutes": 6.0}
OTHER_SETTINGS = {
    BARS: {"batch": 112, "decay_share": 0.6, "evaluate_minutes": 5.0, "validation_windows": 600},
    BETWEEN_BARS: {
        "batch": 16, "matrix_rate": 0.01, "table_rate": 2e-3, "decay_share": 0.6, "evaluate_minutes": 1.5, "validation_windows": 48,
        "warmup_steps": 40,
    },
}
"""Of training, where the command line says nothing."""
SHORTEST_PERIODS_BEATS = {"theremin": 0.25, "beat-kmeans": 2.0}


def flat_family(name: str, model: Path | None = None, codebook: Path | None = None) -> FlatFamily:
    """The family with the data of its tokenizer. ValueError for a name that is none."""
    if name == "beat-kmeans":
        return BeatFamily(codebook or CODEBOOK)
    if name == "theremin":
        from .theremin_family import SHIPPED_MODEL, ThereminFamily

        return ThereminFamily(model or SHIPPED_MODEL)
    raise ValueError(f"{name} is no family of flat streams")


def settings_of(options: argparse.Namespace) -> dict[str, float]:
    """What a command line says of batch and rates, and the family's usual where it does not."""
    usual = {**USUAL_SETTINGS, **OTHER_SETTINGS.get(options.family, {})}
    return {name: usual[name] if getattr(options, name, None) is None else getattr(options, name) for name in usual}


def training_task(options: argparse.Namespace) -> TrainingTask:
    """The task that a command line asks for."""
    if options.family in (BARS, BETWEEN_BARS):
        return _phrase_task(options)
    options.data, options.validation = (only_file(paths) for paths in (options.data, options.validation))
    normalise = not options.keep_keys
    context = options.context or CONTEXTS[options.family]
    if options.family == EventTask.family:
        return _event_task(options, context)
    shape = {
        "width": options.width,
        "layers": options.layers,
        "heads": options.heads,
        "key_value_heads": options.key_value_heads,
        "head_dimension": options.head_dimension,
        "hidden": options.hidden,
        "context_tokens": context,
    }
    if options.family == RowTask.family:
        songs = (load_songs(path, normalise) for path in (options.data, options.validation))
        return RowTask(ModelConfiguration(**shape), *songs, options.seed)
    family = flat_family(options.family, options.model, options.codebook)
    training, validation = (family.load(path, normalise) for path in (options.data, options.validation))
    configuration = FlatConfiguration(
        **shape,
        vocabulary_size=family.facts.size,
        feature_count=family.facts.features.shape[1],
        units_per_beat=family.facts.units_per_beat,
        periods_beats=musical_periods(SHORTEST_PERIODS_BEATS[family.name]),
    )
    return FlatTask(family, configuration, training, validation, options.seed)


def only_file(paths: list[Path]) -> Path:
    """Of a family whose music is in one token file. ValueError for several."""
    if len(paths) > 1:
        raise ValueError("this family takes one token file; put all MIDI files into one `continuo tokenize`")
    return paths[0]


def _phrase_task(options: argparse.Namespace) -> TrainingTask:
    from .phrase_run import bar_task, between_bars_task

    if options.family == BARS:
        shape = PhraseConfiguration(width=options.width, heads=options.heads, hidden=options.hidden)
        return bar_task(shape, options.data, options.validation, options.out, options.seed, options.keep_encoder)
    if options.phrases is None:
        raise ValueError("say which net of bars to go between: --phrases runs/bars/best.pt")
    shape = MambaConfiguration(controls=0, codes=options.codes)
    return between_bars_task(shape, options.phrases, options.data, options.validation, options.out, options.seed)


def _event_task(options: argparse.Namespace, context: int) -> EventTask:
    """Both nets have the same heads and the same hidden size."""
    from .training_run import load_decoder

    net = (options.heads, options.key_value_heads, options.head_dimension, options.hidden)
    shape = EventConfiguration(options.width, NetShape(options.layers, *net), NetShape(options.token_layers, *net), context)
    songs = [load_songs(path, not options.keep_keys) for path in (options.data, options.validation)]
    flat = load_decoder(options.begin_with_flat)[0] if options.begin_with_flat else None
    return EventTask(shape, *songs, options.seed, flat)
