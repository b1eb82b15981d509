"""A PhraseNet as two ONNX graphs, `encoder` and `decoder`; batch 1, float32 in and out. Latents are those of the pack
(`Codebook`): of unit variance, in its basis.

encoder: `ids` int64 [1, S], a bar -> `latent` [1, D].
decoder: `latent` [n, D], n = 1 in the first run of a bar and 0 after it, `ids` int64 [1, S], `plen` int64 [1], valid past rows,
`past` [2 L, heads, P, head dimension], P >= 1: row 2i keys and row 2i + 1 values of layer i -> `logits` [V] after the last id,
`delta` [2 L, heads, M n + S, head dimension], the new rows in the order of `past`. The M rows of the latent stand before the
ids and count as past rows in the runs that follow. Rows at `plen` and beyond are never read.
"""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto

from .decoder_nodes import Storage
from .graph_builder import GraphBuilder
from .phrase_latents import Codebook
from .phrase_net import PhraseNet
from .phrase_nodes import PhraseNodes
from .step_graph import PRODUCER

# Ids that the training music never has are not trained to stay away: this keeps them there while anything else is allowed.
NEVER_HEARD = -20.0


def build_encoder_graph(net: PhraseNet, codebook: Codebook, storage: Storage) -> onnx.ModelProto:
    """The last projection is stored in float32 whatever `storage` says: it is small and everything hangs on it."""
    g, c = GraphBuilder("encoder"), net.configuration
    nodes = PhraseNodes(g, net, storage)
    ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])])
    x = g.node("Concat", [g.weight("queries", net.queries.detach().numpy()), nodes.embed(ids)], axis=0)
    nodes.turn(g.node("Range", [g.constant(0), g.node("Squeeze", [_rows(g, x)]), g.constant(1)]))
    x, _ = nodes.layers(x, "encoder_layers", list(net.encoder_layers), lambda _, key, value: (key, value), None)
    pooled = g.node("Slice", [x, g.constant([0]), g.constant([c.queries]), g.constant([0])])
    pooled = g.node("Reshape", [nodes.norm(pooled, "encoder_gain", net.encoder_gain), g.constant([1, -1])])
    turned = codebook.basis / codebook.scale
    weight, bias = (part.detach()[: c.latent] for part in (net.to_latent.weight, net.to_latent.bias))
    projected = g.node("MatMul", [pooled, g.weight("to_latent.w", (weight.T @ turned).numpy())])
    g.output("latent", g.node("Add", [projected, g.weight("to_latent.b", (bias @ turned).numpy())]), [1, c.latent])
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def build_decoder_graph(net: PhraseNet, codebook: Codebook, bias: np.ndarray, storage: Storage) -> onnx.ModelProto:
    """`bias` float32 [V] is added to the logits."""
    g, c = GraphBuilder("decoder"), net.configuration
    nodes = PhraseNodes(g, net, storage)
    latent = g.input("latent", TensorProto.FLOAT, ["n", c.latent])
    ids = g.node("Reshape", [g.input("ids", TensorProto.INT64, [1, "S"]), g.constant([-1])])
    plen = g.input("plen", TensorProto.INT64, [1])
    past = g.input("past", TensorProto.FLOAT, [2 * c.decoder_layers, c.heads, "P", c.head_dimension])

    x = g.node("Concat", [_memory(g, net, codebook, latent), nodes.embed(ids)], axis=0)
    new = _rows(g, x)
    rows = g.node("Add", [plen, new])
    position = g.node("Range", [g.node("Squeeze", [plen]), g.node("Squeeze", [rows]), g.constant(1)])
    nodes.turn(position)
    held = g.node("Slice", [past, g.constant([0]), plen, g.constant([2])])
    parts = g.node("Split", [held, g.constant([1] * (2 * c.decoder_layers))], outputs=2 * c.decoder_layers, axis=0)
    parts = [g.node("Squeeze", [part, g.constant([0])]) for part in parts]

    def seen(index: int, key: str, value: str) -> tuple[str, str]:
        return tuple(g.node("Concat", [parts[2 * index + place], part], axis=1) for place, part in enumerate((key, value)))

    x, fresh = nodes.layers(x, "decoder_layers", list(net.decoder_layers), seen, nodes.causal_mask(position, rows))
    last = nodes.norm(g.node("Gather", [x, g.constant([-1])], axis=0), "decoder_gain", net.decoder_gain)
    with torch.no_grad():
        table = net.output_table(torch.arange(c.vocabulary_size))
    logits = g.node("Reshape", [nodes.matmul(last, "head", table), g.constant([-1])])
    g.output("logits", g.node("Add", [logits, g.weight("head.b", bias.astype(np.float32))]), [c.vocabulary_size])
    delta = g.node("Concat", [g.node("Unsqueeze", [part, g.constant([0])]) for part in fresh], axis=0)
    g.output("delta", delta, [2 * c.decoder_layers, c.heads, "N", c.head_dimension])
    return g.build(PRODUCER, {key: str(value) for key, value in c.as_dict().items()})


def _memory(g: GraphBuilder, net: PhraseNet, codebook: Codebook, latent: str) -> str:
    """The rows [M n, width] of latents [n, D]."""
    with torch.no_grad():
        weight = codebook.scale * codebook.basis.T @ net.to_memory.weight.T
        bias = net.to_memory.bias + net.memory_rows.flatten()
    projected = g.node("MatMul", [latent, g.weight("to_memory.w", weight.numpy())])
    added = g.node("Add", [projected, g.weight("to_memory.b", bias.numpy())])
    return g.node("Reshape", [added, g.constant([-1, net.configuration.width])])


def _rows(g: GraphBuilder, x: str) -> str:
    """How many rows x [T, width] has, int64 [1]."""
    return g.node("Slice", [g.node("Shape", [x]), g.constant([0]), g.constant([1])])
