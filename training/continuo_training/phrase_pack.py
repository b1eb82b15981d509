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


@dataclass(frozen=True)
class Graphs:
    encoder: onnx.ModelProto
    decoder: onnx.ModelProto
    mamba: onnx.ModelProto


def never_heard_bias(facts: IdFacts) -> np.ndarray:
    """Added to logits, float32 [V]: keeps back the ids that training has never wanted."""
    return np.where(facts.group < 0, NEVER_HEARD, 0.0).astype(np.float32)


def exact_graphs(model: PhraseModel, bias: np.ndarray, nets: Storage = Storage(False)) -> Graphs:
    """In float32 throughout; `nets`: how encoder and decoder are stored. `bias` float32 [V] is added to the decoder's logits."""
    encoder = build_encoder_graph(model.net, model.codebook, nets)
    return Graphs(encoder, build_decoder_graph(model.net, model.codebook, bias, nets), build_mamba_graph(model.mamba, Storage(False)))


def small_graphs(model: PhraseModel, bias: np.ndarray) -> Graphs:
    """As packs hold them: encoder and decoder stored in fp16 and computed in float32; what goes from bar to bar, where an error
    would be carried on, in float32. int8 matrices would spare 5 MB and half of the time or more, but move logits by more than
    1, so that another bar is written than the net meant."""
    half, exact = exact_graphs(model, bias, Storage(True, True)), exact_graphs(model, bias)
    return Graphs(half.encoder, half.decoder, exact.mamba)


def write_phrase_files(model: PhraseModel, graphs: Graphs, folder: Path, vocabulary: PhraseVocabulary) -> dict[str, str]:
    """Writes graphs and sidecar into `folder`; names by role."""
    for graph, name in ((graphs.encoder, ENCODER_FILE), (graphs.decoder, DECODER_FILE), (graphs.mamba, MAMBA_FILE)):
        onnx.save(graph, folder / name)
    content = phrases(model.net.configuration, model.mamba.configuration, model.table, vocabulary)
    names = {"encoder": ENCODER_FILE, "decoder": DECODER_FILE, "mamba": MAMBA_FILE}
    return {**names, **write_sidecar(folder, content, model.codebook)}
