"""Starts a two-level model from a trained flat decoder of the same width and heads: a fraction of the training is enough."""

from __future__ import annotations

import torch

from .event_model import EventLayer, EventNet
from .model import Decoder, Layer

EMBEDDING_SHARE = 0.35


def start_from(net: EventNet, flat: Decoder) -> None:
    """Copies tables, head and layers of `flat`: the base net takes its layers in order, the token net the first and the
    last ones. ValueError where the shapes differ."""
    c, f = net.configuration, flat.configuration
    for shape in (c.base, c.token):
        if (c.width, shape.heads, shape.key_value_heads, shape.head_dimension, shape.hidden) != (
            f.width, f.heads, f.key_value_heads, f.head_dimension, f.hidden
        ):
            raise ValueError("the decoder to start from has another width, other heads or another hidden size")
    if not c.musical or c.base.layers > f.layers:
        raise ValueError("the model to start must be musical and have no more base layers than the decoder it starts from")
    with torch.no_grad():
        net.embedding.weight.copy_(flat.embedding.weight * EMBEDDING_SHARE)
        net.token_embedding.weight.copy_(flat.embedding.weight)
        net.column.weight.copy_(flat.column.weight)
        net.time.weight.copy_(flat.time.weight)
        net.token_time.weight.copy_(flat.time.weight)
        net.final_gain.copy_(flat.final_gain)
        net.head.copy_(flat.head)
        for mine, theirs in zip(net.layers, flat.layers):
            _copy_layer(mine, theirs)
        for mine, index in zip(net.token_layers, ends(f.layers, c.token.layers)):
            _copy_layer(mine, flat.layers[index])
            keys_values = 2 * f.key_value_heads * f.head_dimension
            mine.memory.weight.copy_(flat.layers[index].query_key_value.weight[-keys_values:])


def ends(count: int, wanted: int) -> list[int]:
    """`wanted` indices below `count`: the first, and then the last ones."""
    return [0, *range(count - wanted + 1, count)]


def _copy_layer(mine: EventLayer, theirs: Layer) -> None:
    mine.load_state_dict(theirs.state_dict(), strict=False)
