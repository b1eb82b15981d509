"""Proofs that the graphs of a phrase model compute what its nets compute in PyTorch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .bpe_vocabulary import BAR
from .phrase_pack import Graphs, PhraseModel
from .phrase_session import DecoderSession, EncoderSession, MambaSession
from .phrase_vocabulary import KINDS, PhraseVocabulary, kind_of
from .sigma_linear import folded_copy

MAMBA_STEPS = 512
LONGEST_GREEDY_BAR = 48
CHUNK_IDS = 3
# What may come after an id, by the kind of the last symbol that it spells: enough grammar to write bars of one track.
AFTER = {
    "bar": ("trackStart",),
    "trackStart": ("program",),
    "program": ("position",),
    "position": ("pitch",),
    "pitch": ("velocity",),
    "velocity": ("duration",),
    "duration": ("pitch", "position", "trackEnd"),
    "trackEnd": ("bar",),
}


@dataclass(frozen=True)
class PhraseParity:
    """Largest differences of latents, logits and states, and how many greedy ids agreed out of `greedy_tokens`."""

    latents: float
    single_steps: float
    chunks: float
    mamba_logits: float
    mamba_states: float
    greedy_tokens: int
    greedy_equal: int

    @property
    def largest(self) -> float:
        return max(self.latents, self.single_steps, self.chunks, self.mamba_logits)


class _Reference:
    """The nets in the place of the graphs: the whole bar is read anew for each id. In float64, of the float32 weights: in float32
    PyTorch itself is as far from that as the graphs are."""

    def __init__(self, model: PhraseModel, bias: np.ndarray) -> None:
        self._net, self._mamba = folded_copy(model.net).double(), folded_copy(model.mamba).double()
        self._basis, self._scale = model.codebook.basis.double(), model.codebook.scale
        self._bias, self._table = bias, model.net.output_table(torch.arange(len(bias))).double()
        self.state = model.mamba.first_state(1)[0].double()

    def latent(self, ids: np.ndarray) -> np.ndarray:
        return (self._net.encode(torch.from_numpy(np.asarray(ids))[None])[0].double() @ self._basis / self._scale)[0].float().numpy()

    def begin(self, latent: np.ndarray) -> None:
        self._latent, self._ids = latent, []

    def extend(self, ids: np.ndarray | list[int]) -> np.ndarray:
        self._ids += [int(index) for index in ids]
        return self.all_logits(self._latent, np.array(self._ids))[-1]

    def all_logits(self, latent: np.ndarray, ids: np.ndarray) -> np.ndarray:
        """float32 [n, V] after each of the ids of a bar."""
        own = torch.from_numpy(latent)[None].double() @ self._basis.T * self._scale
        return (self._net.decode(own, torch.from_numpy(ids)[None])[0] @ self._table.T).numpy() + self._bias

    def hear(self, latent: np.ndarray) -> np.ndarray:
        return self._step(latent, 0)

    def tell(self, control: int) -> np.ndarray:
        return self._step(np.zeros(len(self._basis), dtype=np.float32), control)

    def _step(self, latent: np.ndarray, control: int) -> np.ndarray:
        logits, self.state = self._mamba.step(torch.from_numpy(latent)[None].double(), torch.tensor([control]), self.state)
        return logits.numpy()


class _Sessions:
    """The three sessions under the names of the reference."""

    def __init__(self, graphs: Graphs) -> None:
        reader, writer, self.memory = EncoderSession(graphs.encoder), DecoderSession(graphs.decoder), MambaSession(graphs.mamba)
        self.latent, self.begin, self.extend = reader.latent, writer.begin, writer.extend
        self.hear, self.tell = self.memory.hear, self.memory.tell


def compare_phrases(
    model: PhraseModel,
    bias: np.ndarray,
    graphs: Graphs,
    bars: list[np.ndarray],
    vocabulary: PhraseVocabulary,
    greedy_tokens: int = 256,
) -> PhraseParity:
    """Reads `bars`, id by id and in chunks; takes 512 steps from bar to bar with controls between them; then writes bars
    greedily, each from the likeliest code, on both sides."""
    with torch.no_grad():
        own, theirs = _Sessions(graphs), _Reference(model, bias)
        latents = single = chunks = 0.0
        for ids in bars:
            latent = theirs.latent(ids)
            latents = max(latents, _apart(own.latent(ids), latent))
            expected = theirs.all_logits(latent, ids)
            own.begin(latent)
            single = max(single, *(_apart(own.extend([index]), row) for index, row in zip(ids, expected, strict=True)))
            for size in (CHUNK_IDS, len(ids)):
                own.begin(latent)
                for at in range(0, len(ids), size):
                    part = ids[at : at + size]
                    chunks = max(chunks, _apart(own.extend(part), expected[at + len(part) - 1]))
        logits, states = _steps(own, theirs, model)
        equal = sum(a == b for a, b in zip(*(_greedy(side, model, vocabulary, greedy_tokens) for side in (own, theirs)), strict=True))
    return PhraseParity(latents, single, chunks, logits, states, greedy_tokens, equal)


def _steps(own: _Sessions, theirs: _Reference, model: PhraseModel) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    logits = states = 0.0
    centroids, rows = model.codebook.centroids.numpy(), model.table.size
    for step in range(MAMBA_STEPS):
        control = int(rng.integers(1, rows)) if step % 7 == 0 else 0
        latent = centroids[rng.integers(len(centroids))]
        pair = [side.tell(control) if control else side.hear(latent) for side in (own, theirs)]
        logits = max(logits, _apart(*pair))
        states = max(states, _apart(own.memory.state, theirs.state.numpy()))
    return logits, states


def _greedy(side: _Sessions | _Reference, model: PhraseModel, vocabulary: PhraseVocabulary, count: int) -> list[int]:
    """Ids of bars in turn, as they are played: what was written is encoded and remembered."""
    first = vocabulary.first_kind()
    after = {KINDS.index(kind): np.flatnonzero(np.isin(first, [KINDS.index(name) for name in names])) for kind, names in AFTER.items()}
    after[KINDS.index("trackEnd")] = np.array([BAR])
    centroids, written = model.codebook.centroids.numpy(), []
    logits = side.tell(model.table.row("style", None))
    while len(written) < count:
        bar = [BAR]
        side.begin(centroids[int(logits.argmax())])
        while len(bar) < LONGEST_GREEDY_BAR:
            opinion = side.extend(bar[-1:])
            allowed = after[kind_of(vocabulary.spelled[bar[-1]][-1])]
            chosen = int(allowed[opinion[allowed].argmax()])
            if chosen == BAR:
                break
            bar.append(chosen)
        written += bar
        logits = side.hear(side.latent(np.array(bar)))
    return written[:count]


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max())
