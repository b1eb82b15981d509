import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal, kl_divergence

from continuo_training import phrase_vocabulary as symbols
from continuo_training.bpe_vocabulary import BAR
from continuo_training.phrase_bars import Bar, PhraseSong
from continuo_training.phrase_bound import bound, code_loss, code_opinions, mixture_log_density
from continuo_training.phrase_figures import judge_model
from continuo_training.phrase_judge import BarJudge
from continuo_training.phrase_latents import Codebook
from continuo_training.phrase_pack import PhraseModel
from continuo_training.phrase_run import latent_songs
from continuo_training.phrase_task import phrase_facts
from continuo_training.tiny_phrases import STYLES, tiny_model

VOCABULARY = symbols.read_vocabulary()
FACTS = phrase_facts(VOCABULARY, np.ones(VOCABULARY.size, dtype=int))


@pytest.fixture
def model() -> PhraseModel:
    return tiny_model(VOCABULARY, 3)


def phrase_songs() -> list[PhraseSong]:
    """Of random ids."""
    rng = np.random.default_rng(4)
    made = []
    for count in (7, 4):
        ids = [np.array([BAR, *rng.integers(23, VOCABULARY.size, length)]) for length in rng.integers(2, 20, count)]
        bars = [Bar(np.zeros((0, 4), dtype=np.int64), symbols.COMMON_METER, 120) for _ in ids]
        made.append(PhraseSong("song", STYLES[0], bars, False, ids, np.ones(count, dtype=np.float32)))
    return made


@pytest.fixture(scope="module")
def songs() -> list[PhraseSong]:
    return phrase_songs()


def test_the_density_of_latents_is_that_of_the_mixture_in_its_turned_and_scaled_basis(model: PhraseModel):
    book, latents = model.codebook, torch.randn(5, 64).double()
    weights = torch.randn(5, len(book.centroids)).double().log_softmax(-1)
    codes = Independent(Normal(book.centroids.double(), book.sigmas.double()), 1)
    mixture = MixtureSameFamily(Categorical(logits=weights), codes.expand((5, len(book.centroids))))
    turn = book.basis.double() / book.scale
    expected = mixture.log_prob(latents @ turn) + torch.linalg.slogdet(turn).logabsdet
    assert torch.allclose(mixture_log_density(latents, weights, book), expected)


def test_with_one_code_and_a_decoder_that_hears_no_latent_the_bound_is_exact_but_for_the_divergence(model: PhraseModel, songs: list[PhraseSong]):
    old = model.codebook
    book = Codebook(old.basis, old.scale, old.centroids[:1].expand_as(old.centroids), old.sigmas[:1].expand_as(old.sigmas), old.onsets_per_beat)
    model.net.to_memory.weight.data.zero_()
    model = PhraseModel(model.net, model.mamba, book, model.table)
    judge, opinions = BarJudge(FACTS, songs), list(code_opinions(model, latent_songs(model.net, book, songs)))
    turn = book.basis * book.scale
    prior = MultivariateNormal(turn @ book.centroids[0], turn @ book.sigmas[0].square().diag() @ turn.T)
    for widening in (1.0, 3.0):
        apart = 0.0
        with torch.no_grad():
            for _, ids in judge.batches():
                mean, log_variance = model.net.encode(torch.from_numpy(ids))
                own = MultivariateNormal(mean, torch.diag_embed(log_variance.exp() * widening**2))
                apart += float(kl_divergence(own, prior).sum())
        told = bound(model, judge, opinions, widening, draws=12)
        assert told.latents / 12 == pytest.approx(apart, rel=0.03)
        assert told.ids.per_token == pytest.approx(judge.loss(model.net).per_token, rel=1e-4)
        assert told.nats_per_id > judge.loss(model.net).per_token


def test_opinions_are_those_that_the_codes_are_judged_by(model: PhraseModel, songs: list[PhraseSong]):
    latents = latent_songs(model.net, model.codebook, songs)
    opinions = list(code_opinions(model, latents))
    assert [len(of_song) for of_song in opinions] == [len(song.ids) for song in songs]
    figures, judge = judge_model(model, BarJudge(FACTS, songs), latents), BarJudge(FACTS, songs)
    assert figures.codes.per_token == code_loss(opinions, latents).per_token > 0
    assert figures.tightest.bits_per_note == min(bound(model, judge, opinions, each.widening).bits_per_note for each in figures.bounds)
    for (song, bar), (_, ids) in zip(judge.places, ((0, row) for _, rows in judge.batches() for row in rows)):
        assert ids[ids != symbols.PAD].tolist() == songs[song].ids[bar].tolist()
