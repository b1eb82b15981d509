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
from .training_task import FlatTask, RowTask, TrainingTask

CONTEXTS = {"skytnt": 3072, "event-lm": 3072, "theremin": 512, "beat-kmeans": 1024}
SHORTEST_PERIODS_BEATS = {"theremin": 0.25, "beat-kmeans": 2.0}


def flat_family(name: str, model: Path | None = None, codebook: Path | None = None) -> FlatFamily:
    """The family with the data of its tokenizer. ValueError for a name that is none."""
    if name == "beat-kmeans":
        return BeatFamily(codebook or CODEBOOK)
    if name == "theremin":
        from .theremin_family import SHIPPED_MODEL, ThereminFamily

        return ThereminFamily(model or SHIPPED_MODEL)
    raise ValueError(f"{name} is no family of flat streams")


def training_task(options: argparse.Namespace) -> TrainingTask:
    """The task that a command line asks for."""
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


def _event_task(options: argparse.Namespace, context: int) -> EventTask:
    """Both nets have the same heads and the same hidden size."""
    from .training_run import load_decoder

    net = (options.heads, options.key_value_heads, options.head_dimension, options.hidden)
    shape = EventConfiguration(options.width, NetShape(options.layers, *net), NetShape(options.token_layers, *net), context)
    songs = [load_songs(path, not options.keep_keys) for path in (options.data, options.validation)]
    flat = load_decoder(options.begin_with_flat)[0] if options.begin_with_flat else None
    return EventTask(shape, *songs, options.seed, flat)
