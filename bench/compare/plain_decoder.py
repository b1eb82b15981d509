"""The ordinary way to step a decoder: one id at a time, keys and values handed in, joined and handed back whole."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from continuo_training.model import ROW_WIDTH, Decoder, Layer, musical_time, rms_norm, rotate


class PlainStep(nn.Module):
    """
    A `Decoder` for one id: id int64 [1, 1], position int64 [1] (ids before it), time float32 [1] (sixteenths since the
    first row), then past keys and values of each layer, [1, heads, position, size]. Returns the logits [1, V] and the
    joined keys and values, [1, heads, position + 1, size], in the order in which they came in.
    """

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, token: Tensor, position: Tensor, time: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        d = self.decoder
        angles = time[:, None] * d.time_frequencies
        features = torch.cat((angles.sin(), angles.cos()), dim=-1)
        x = d.embedding(token[0]) + d.column(position % ROW_WIDTH) + d.time(features)
        row = position // ROW_WIDTH
        turns = row[:, None] * d.per_row + time[:, None] * d.per_sixteenth
        cosine, sine = turns.cos(), turns.sin()
        keys = torch.arange(past[0].shape[2] + 1)
        visible = (keys % ROW_WIDTH == ROW_WIDTH - 1) | (keys // ROW_WIDTH == row)
        mask = torch.where(visible, 0.0, -1e9)
        present: list[Tensor] = []
        for index, layer in enumerate(d.layers):
            joined = self._attend(layer, x, cosine, sine, mask, past[2 * index], past[2 * index + 1])
            x = x + joined[0]
            gate, up = layer.gate_up(rms_norm(x, layer.feed_forward_gain)).chunk(2, dim=-1)
            x = x + layer.down(functional.silu(gate) * up)
            present += joined[1:]
        return (d.logits(rms_norm(x, d.final_gain)), *present)

    @staticmethod
    def _attend(
        layer: Layer, x: Tensor, cosine: Tensor, sine: Tensor, mask: Tensor, past_key: Tensor, past_value: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        c = layer.configuration
        mixed = layer.query_key_value(rms_norm(x, layer.attention_gain)).view(-1, c.head_dimension)
        query_key, value = mixed.split((c.heads + c.key_value_heads, c.key_value_heads))
        query, key = rotate(rms_norm(query_key), cosine, sine).split((c.heads, c.key_value_heads))
        query = query * layer.attention_scale[:, None]
        if layer.first:
            query = functional.pad(query[:, :-1], (0, 1))
        keys = torch.cat((past_key, key[None, :, None]), dim=2)
        values = torch.cat((past_value, value[None, :, None]), dim=2)
        query = query.view(1, c.key_value_heads, -1, c.head_dimension)
        weights = (query @ keys.transpose(-1, -2) + mask).softmax(dim=-1)
        return layer.attention_out((weights @ values).reshape(1, -1)), keys, values


def empty_past(decoder: Decoder, rows: int) -> list[Tensor]:
    c = decoder.configuration
    return [torch.zeros(1, c.key_value_heads, rows, c.head_dimension) for _ in range(2 * c.layers)]


def check(decoder: Decoder, rows: int = 8) -> None:
    """AssertionError where single steps do not compute what the decoder computes over the whole."""
    ids = torch.randint(0, decoder.configuration.vocabulary_size, (1, rows * ROW_WIDTH))
    times = musical_time(ids).float()
    whole = decoder.logits(decoder(ids))[0]
    step, past = PlainStep(decoder), empty_past(decoder, 0)
    for position in range(ids.shape[1]):
        logits, *past = step(ids[:, position : position + 1], torch.tensor([position]), times[0, position : position + 1], *past)
        assert (logits[0] - whole[position]).abs().max() < 1e-3, f"step {position} differs"


def export(decoder: Decoder, path: str) -> None:
    """Writes the step as PyTorch's own exporter makes it, the lengths of past and present free."""
    names = [f"{kind}{layer}" for layer in range(decoder.configuration.layers) for kind in ("k", "v")]
    past = [f"past_{name}" for name in names]
    present = [f"present_{name}" for name in names]
    torch.onnx.export(
        PlainStep(decoder),
        (torch.zeros(1, 1, dtype=torch.int64), torch.tensor([8]), torch.zeros(1), *empty_past(decoder, 8)),
        path,
        input_names=["token", "position", "time", *past],
        output_names=["logits", *present],
        dynamic_axes={name: {2: "P"} for name in past} | {name: {2: "P1"} for name in present},
        opset_version=17,
        dynamo=False,
    )
