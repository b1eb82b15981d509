"""A step where the model is elsewhere: PyTorch's `meta` device, which has shapes and no numbers, stands in for a GPU."""

import pytest
import torch
from conftest import SMALL
from flat_streams import beat_song, write_token_file
from small_run import songs
from test_event_model import MUSICAL
from test_flat_training import shape_for
from test_phrase_bound import phrase_songs

from continuo_training import beat_ids
from continuo_training.beat_family import BeatFamily
from continuo_training.event_task import EventTask
from continuo_training.latent_task import LatentTask
from continuo_training.optimiser import make_optimisers
from continuo_training.phrase_run import latent_songs
from continuo_training.phrase_task import PhraseTask
from continuo_training.phrase_vocabulary import read_vocabulary
from continuo_training.tiny_phrases import SHAPE, tiny_model
from continuo_training.training_task import FlatTask, RowTask, TrainingTask

FAKE_GPU = torch.device("meta")


@pytest.fixture(params=["skytnt", "event-lm", "beat-kmeans", "phrase-vae", "phrase-mamba"])
def task(request, tmp_path) -> TrainingTask:
    if request.param == "skytnt":
        return RowTask(SMALL, songs(2), songs(1))
    if request.param == "event-lm":
        return EventTask(MUSICAL, songs(2), songs(1))
    if request.param.startswith("phrase"):
        vocabulary, bars = read_vocabulary(), phrase_songs()
        if request.param == "phrase-vae":
            return PhraseTask(vocabulary, SHAPE, bars, bars)
        model = tiny_model(vocabulary, 3)
        latents = latent_songs(model.net, model.codebook, bars)
        return LatentTask(model.mamba.configuration, model.table, model.codebook, latents, latents)
    family = BeatFamily()
    data = write_token_file(tmp_path / "a.bin", [beat_song(64, 1)], "beat-kmeans", {"mode": "base"}, beat_ids.VOCABULARY_SIZE)
    return FlatTask(family, shape_for(family), family.load(data), family.load(data))


def test_losses_gradients_and_steps_are_where_the_model_is(task):
    model = task.new_model().to(FAKE_GPU)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = task.loss(model, task.batch(2))
    loss.backward()
    assert loss.device == FAKE_GPU
    assert all(parameter.grad is not None and parameter.grad.device == FAKE_GPU for parameter in model.parameters())
    for optimiser in make_optimisers(model, 0.02, 0.004, 0.0):
        optimiser.step()
    # What a step leaves to the next is there too.
    assert task.loss(model, task.batch(2)).device == FAKE_GPU
    if hasattr(model, "logits"):
        hidden = torch.zeros(1, 8, SMALL.width, device=FAKE_GPU)
        assert model.logits(hidden).device == FAKE_GPU
