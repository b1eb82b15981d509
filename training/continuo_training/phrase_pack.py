"""The files of a phrase model in a pack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from .decoder_nodes import Storage
from .id_facts import IdFacts
from .mamba_graph import build_mamba_graph
from .phrase_controls import ControlTable
from .phrase_graphs import NEVER_HEARD, build_decoder_graph, build_encoder_graph
from .phrase_latents import Codebook
from .phrase_mamba import LatentMamba
from .phrase_net import PhraseNet
from .phrase_sidecar import phrases, write_sidecar
from .phrase_vocabulary import PhraseVocabulary

ENCODER_FILE, DECODER_FILE, MAMBA_FILE = "encoder.onnx", "decoder.onnx", "mamba.onnx"


@dataclass(frozen=True)
class PhraseModel:
    """Both nets, ready to run, and what stands between them."""

    net: PhraseNet
    mamba: LatentMamba
    codebook: Codebook
    table: ControlTable

    def parameter_count(self) -> int:
        return self.net.parameter_count() + self.mamba.parameter_count()


def never_heard_bias(facts: IdFacts) -> np.ndarray:
    """Added to logits, float32 [V]: keeps back the ids that training has never wanted."""
    return np.where(facts.group < 0, NEVER_HEARD, 0.0).astype(np.float32)


def write_phrase_files(
    model: PhraseModel, folder: Path, vocabulary: PhraseVocabulary, bias: np.ndarray, nets: Storage, mamba: Storage
) -> dict[str, str]:
    """Writes graphs and sidecar into `folder`; names by role. `bias` float32 [V] is added to the decoder's logits."""
    onnx.save(build_encoder_graph(model.net, model.codebook, nets), folder / ENCODER_FILE)
    onnx.save(build_decoder_graph(model.net, model.codebook, bias, nets), folder / DECODER_FILE)
    onnx.save(build_mamba_graph(model.mamba, mamba), folder / MAMBA_FILE)
    content = phrases(model.net.configuration, model.mamba.configuration, model.table, vocabulary)
    graphs = {"encoder": ENCODER_FILE, "decoder": DECODER_FILE, "mamba": MAMBA_FILE}
    return {**graphs, **write_sidecar(folder, content, model.codebook)}
