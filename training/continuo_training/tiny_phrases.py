"""A phrase model with random weights as a pack, small enough for a test fixture; the grammar makes its output valid music."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from .decoder_nodes import Storage
from .pack import write_pack
from .phrase_controls import ControlTable
from .phrase_latents import Codebook
from .phrase_mamba import LatentMamba, MambaConfiguration
from .phrase_net import PhraseConfiguration, PhraseNet
from .phrase_pack import PhraseModel, exact_graphs, never_heard_bias, write_phrase_files
from .phrase_task import phrase_facts
from .phrase_vocabulary import (
    FIRST_PITCH,
    FIRST_PROGRAM,
    FIRST_VELOCITY,
    KINDS,
    PhraseVocabulary,
    read_vocabulary,
)

STYLES = ("pop", "song", "lead")
DENSITY_EDGES = (0.8, 1.4, 2.2, 3.2)
SHAPE = PhraseConfiguration(width=24, encoder_layers=1, decoder_layers=1, heads=3, hidden=40)
CODES = 16
WHITE_KEYS = (0, 2, 4, 5, 7, 9, 11)


def tiny_model(vocabulary: PhraseVocabulary, seed: int) -> PhraseModel:
    """Nets whose choices are spread and hang on the latent."""
    torch.manual_seed(seed)
    net = PhraseNet(SHAPE, vocabulary.features).eval()
    table = ControlTable(STYLES, DENSITY_EDGES)
    mamba = LatentMamba(MambaConfiguration(controls=table.size, width=32, blocks=2, codes=CODES)).eval()
    with torch.no_grad():
        net.own_head.normal_(std=0.25)
        net.feature_head.zero_()
        net.to_memory.weight.mul_(2)
        mamba.head.weight.mul_(4)
        basis, _ = torch.linalg.qr(torch.randn(SHAPE.latent, SHAPE.latent))
        codebook = Codebook(
            basis,
            0.4,
            torch.randn(CODES, SHAPE.latent) * 0.9,
            0.2 + 0.3 * torch.rand(CODES, SHAPE.latent),
            torch.linspace(0.25, 4, CODES)[torch.randperm(CODES)],
        )
    return PhraseModel(net, mamba, codebook, table)


def tilt(vocabulary: PhraseVocabulary) -> np.ndarray:
    """Added to logits, float32 [V]: pianos alone, white keys in the middle, and tracks that end after some notes."""
    kinds = vocabulary.first_kind()
    heard = np.array([all(symbol <= FIRST_PROGRAM for symbol in symbols) for symbols in vocabulary.spelled])
    bias = np.zeros(vocabulary.size, dtype=np.float32)
    for index, symbols in enumerate(vocabulary.spelled):
        pitches = [symbol - FIRST_PITCH for symbol in symbols if FIRST_PITCH <= symbol < FIRST_VELOCITY]
        if pitches and all(48 <= pitch <= 79 and pitch % 12 in WHITE_KEYS for pitch in pitches):
            bias[index] += 3
    bias[kinds == KINDS.index("trackEnd")] += 7
    bias[kinds == KINDS.index("trackStart")] += 3
    never = never_heard_bias(phrase_facts(vocabulary, heard.astype(int)))
    return np.where(never < 0, never, bias)


def write_tiny_phrases(folder: Path, seed: int) -> None:
    """A pack of both nets with random weights (`seed`), complete, in `folder`."""
    vocabulary = read_vocabulary()
    model = tiny_model(vocabulary, seed)
    folder.mkdir(parents=True, exist_ok=True)
    files = write_phrase_files(model, exact_graphs(model, tilt(vocabulary), Storage(True, True)), folder, vocabulary)
    uniform = math.log(vocabulary.size)
    manifest = {
        "name": folder.name,
        "title": f"Tiny random bars {seed}",
        "description": "Random weights for tests of the inference path. It never learned any music.",
        "family": "phrase-mamba",
        "licence": "Apache-2.0",
        "training": {
            "data": [],
            "parameters": model.parameter_count(),
            "tokensSeen": 0,
            "validationLoss": uniform,
            "perplexity": vocabulary.size,
            "untrainedValidationLoss": uniform,
            "date": "2026-11-22",
            "notes": f"Untrained: random weights from seed {seed}, with a bias towards white keys. The losses are those of a uniform choice.",
        },
        "tokenizer": {"plugin": "remi-bpe"},
        "model": {"plugin": "phrase-mamba", "files": files},
        "sampling": {"temperature": 1.0, "topP": 0.98, "topK": 0, "minP": 0.0},
        "generation": {
            "keyNormalised": True,
            "events": ["note"],
            "promptTokens": 256,
            "maxRestBeats": 4,
            "tracks": [{"track": 1, "channel": 0, "program": 0, "name": "piano"}],
            "setup": [],
        },
        "budget": {"millisecondsPerToken": 0.2, "tokensPerBeat": 8},
        "styles": list(STYLES),
    }
    write_pack(folder, manifest, list(files.values()))
