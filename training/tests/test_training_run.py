from conftest import SMALL, song_rows

from continuo_training.songs import read_song
from continuo_training.training_run import TrainingRun, TrainingSettings, load_decoder
from continuo_training.training_task import RowTask
from continuo_training.windows import prepare


def songs(count: int):
    return [prepare(read_song(str(seed), song_rows(120, seed).reshape(-1)), True) for seed in range(count)]


def settings(minutes: float) -> TrainingSettings:
    return TrainingSettings(
        minutes=minutes, batch=2, warmup_steps=5, evaluate_minutes=10, validation_windows=2, threads=1
    )


def test_learns_and_goes_on_from_its_last_checkpoint(tmp_path):
    first = TrainingRun(tmp_path, RowTask(SMALL, songs(4), songs(1)), settings(0.08))
    first.train()
    losses = [entry["loss"] for entry in first.progress.history]
    assert losses[-1] < losses[0]

    second = TrainingRun(tmp_path, RowTask(SMALL, songs(4), songs(1)), settings(0.12))
    assert second.progress.steps == first.progress.steps
    second.train()
    assert second.progress.tokens > first.progress.tokens
    model, content = load_decoder(tmp_path / "best.pt")
    assert model.configuration == SMALL
    assert content["progress"]["best"] <= min(losses)
