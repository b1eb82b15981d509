"""What a host must know of a phrase model beside its graphs: `phrases.json` and `codes.bin`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from .phrase_controls import FAST_ABOVE, REFEED_BARS, SLOW_BELOW, ControlTable
from .phrase_latents import Codebook
from .phrase_mamba import MambaConfiguration
from .phrase_net import PhraseConfiguration
from .phrase_vocabulary import FIRST_METER, FIRST_PROGRAM, FIRST_TEMPO, SLOWEST_TEMPO, TEMPO_STEP, PhraseVocabulary

PHRASES_FILE, CODES_FILE = "phrases.json", "codes.bin"


def phrases(phrase: PhraseConfiguration, mamba: MambaConfiguration, table: ControlTable, vocabulary: PhraseVocabulary) -> dict[str, Any]:
    """The content of phrases.json: sizes of the graphs, rows of controls, and which ids open a bar or belong to its head."""
    bars, heads = vocabulary.opens_bar(), vocabulary.heads()
    meters, tempos = {}, {}
    for index in (*bars, *heads):
        for symbol in vocabulary.spelled[index]:
            if FIRST_METER <= symbol < FIRST_PROGRAM:
                meters[str(index)] = symbol - FIRST_METER
            elif FIRST_TEMPO <= symbol < FIRST_METER:
                tempos[str(index)] = SLOWEST_TEMPO + TEMPO_STEP * (symbol - FIRST_TEMPO)
    return {
        "latent": phrase.latent,
        "memory": phrase.queries,
        "codes": mamba.codes,
        "state": [mamba.blocks, mamba.state_width],
        "cache": [2 * phrase.decoder_layers, phrase.heads, phrase.head_dimension],
        "vocabulary": vocabulary.size,
        "controls": table.sidecar(),
        "densityEdges": list(table.density_edges),
        "tempoClasses": {"slowBelow": SLOW_BELOW, "fastAbove": FAST_ABOVE},
        "refeedBars": REFEED_BARS,
        "bars": bars,
        "heads": heads,
        "meterOf": meters,
        "tempoOf": tempos,
    }


def write_sidecar(folder: Path, content: dict[str, Any], codebook: Codebook) -> dict[str, str]:
    """Writes both files; their names by role. codes.bin: float32, little endian, a row a code: centroid, sigma, onsets a beat."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    (folder / PHRASES_FILE).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    rows = np.concatenate((codebook.centroids.numpy(), codebook.sigmas.numpy(), codebook.onsets_per_beat.numpy()[:, None]), axis=1)
    (folder / CODES_FILE).write_bytes(rows.astype("<f4").tobytes())
    return {"phrases": PHRASES_FILE, "codes": CODES_FILE}
