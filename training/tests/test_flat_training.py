"""Flat streams: windows in prompt form, keys, the clock, training, graph, pack, and going on from a pack."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from flat_streams import THEREMIN_OPTIONS, beat_song, theremin_song, write_token_file

from continuo_training import beat_ids
from continuo_training.beat_family import BeatFamily
from continuo_training.export import export_pack
from continuo_training.fine_tune import fine_tune
from continuo_training.flat_model import FlatConfiguration, FlatDecoder, musical_periods
from continuo_training.flat_windows import IGNORED, FlatFamily, FlatSampler, all_windows
from continuo_training.judge import FlatJudge
from continuo_training.loss_plot import loss_plot, read_log, report_text
from continuo_training.pack_weights import decoder_of_graph
from continuo_training.parity import compare
from continuo_training.training_run import TrainingRun, TrainingSettings, load_decoder
from continuo_training.training_task import FlatTask

TOKENS = 96


def beat_file(path: Path, songs: list[list[int]], mode: str = "base") -> Path:
    return write_token_file(path, songs, "beat-kmeans", {"mode": mode}, beat_ids.VOCABULARY_SIZE)


@pytest.fixture(scope="session")
def theremin_model(tmp_path_factory) -> Path:
    pytest.importorskip("sentencepiece")
    from continuo_training.sentencepiece_model import main

    folder = tmp_path_factory.mktemp("pieces")
    data = write_token_file(folder / "notes.bin", [theremin_song(200, seed) for seed in range(12)], "theremin", THEREMIN_OPTIONS, 260)
    main(["--data", str(data), "--out", str(folder / "notes.model"), "--vocabulary", "320", "--characters", "13"])
    return folder / "notes.model"


@pytest.fixture(params=["beat-kmeans", "theremin"])
def family_and_files(request, tmp_path) -> tuple[FlatFamily, Path, Path]:
    """A family, and token files to learn from and to judge by."""
    if request.param == "beat-kmeans":
        songs = [beat_song(64, seed, shift=seed % 5) for seed in range(6)]
        return BeatFamily(), beat_file(tmp_path / "train.bin", songs[:5]), beat_file(tmp_path / "valid.bin", songs[5:])
    from continuo_training.theremin_family import ThereminFamily

    songs = [theremin_song(240, seed, shift=seed % 5) for seed in range(6)]
    files = [
        write_token_file(tmp_path / name, part, "theremin", THEREMIN_OPTIONS, 260)
        for name, part in (("train.bin", songs[:5]), ("valid.bin", songs[5:]))
    ]
    return ThereminFamily(request.getfixturevalue("theremin_model")), *files


def shape_for(family: FlatFamily) -> FlatConfiguration:
    facts = family.facts
    return FlatConfiguration(
        width=32, layers=2, heads=2, key_value_heads=1, head_dimension=16, hidden=48, context_tokens=TOKENS,
        vocabulary_size=facts.size, feature_count=facts.features.shape[1], units_per_beat=facts.units_per_beat,
        periods_beats=musical_periods(1.0),
    )


def settings(minutes: float) -> TrainingSettings:
    return TrainingSettings(minutes=minutes, batch=2, warmup_steps=5, evaluate_minutes=10, validation_windows=2, threads=1)


def test_keys_end_in_c_whatever_they_were(tmp_path):
    family = BeatFamily()
    songs = [family.load(beat_file(tmp_path / f"{shift}.bin", [beat_song(64, 3, shift)]))[0] for shift in (0, 4, 7)]
    windows = [family.window(song, 0, 400)[0] for song in songs]
    pitches = [ids[(ids >= 3584) & (ids < 3712)] % 12 for ids in windows]
    assert all((each == pitches[0]).all() for each in pitches)


def test_a_window_begins_with_start_and_a_bar_and_holds_no_note_from_before(tmp_path):
    family = BeatFamily()
    song = family.load(beat_file(tmp_path / "a.bin", [beat_song(32, 1)]))[0]
    ids, reached = family.window(song, 5, 40)
    assert ids[0] == beat_ids.START and ids[1] == beat_ids.FIRST_TEMPO + 12
    # Beat 5 of the song begins with the bass held from beat 4.
    assert 23 not in ids[: list(ids).index(beat_ids.FIRST_TEMPO + 12, 2)]
    assert len(ids) <= 40 and 5 < reached < 32


def test_windows_tell_all_notes_of_a_song_and_pad_the_rest(family_and_files):
    family, _, valid = family_and_files
    songs = family.load(valid)
    batch = all_windows(family, songs, TOKENS)
    told = family.facts.notes[batch.wanted[batch.wanted != IGNORED]].sum()
    assert told >= len(songs[0].note_beats)
    assert (batch.ids[batch.wanted == IGNORED][1:] >= 0).all() and batch.learned > 0
    again = [FlatSampler(family, songs, TOKENS, 5).batch(3).ids for _ in range(2)]
    assert (again[0] == again[1]).all()


def test_velocities_of_a_flat_file_are_not_learned(tmp_path):
    family = BeatFamily()
    songs = family.load(beat_file(tmp_path / "a.bin", [beat_song(16, 1, velocity=True)], "velocity"))
    wanted = all_windows(family, songs, TOKENS).wanted
    assert not ((wanted >= beat_ids.FIRST_VELOCITY) & (wanted < beat_ids.FIRST_VELOCITY + 512)).any()


def test_the_clock_counts_spelled_notes_as_well(theremin_model):
    from continuo_training.theremin_family import ThereminFamily

    family = ThereminFamily(theremin_model, steps_per_beat=12)
    processor = family._processor
    known = chr(2 << 18 | 3 << 12 | 1 << 7 | 60)
    rare = chr(3 << 18 | 17 << 12 | 5 << 7 | 90)
    ids = torch.tensor([processor.encode(known + rare + known)])
    assert ids.shape[1] > 5, "the rare note is spelled in bytes"
    time = FlatDecoder(shape_for(family), family.facts).musical_time(ids)
    assert int(time[0, -1]) == 3 + 17 + 3


def test_graph_computes_what_the_decoder_computes(family_and_files):
    family, _, valid = family_and_files
    judge = FlatJudge(family, valid, TOKENS)
    torch.manual_seed(3)
    model = FlatDecoder(shape_for(family), family.facts).eval()
    torch.nn.init.normal_(model.own_head, std=0.3)
    session = judge.open(model, 80 + 64)
    result = compare(model, session, judge.batch.ids[0, :80], 64, judge.allowed)
    assert max(result.single_steps, result.chunks) < 1e-4
    assert result.greedy_equal == result.greedy_tokens


def test_learns_goes_on_and_becomes_a_pack_that_can_be_trained_on(family_and_files, tmp_path):
    family, train, valid = family_and_files
    songs, held_out = family.load(train), family.load(valid)
    # So few songs are soon known by heart, which others gain nothing from: they are their own validation.
    task = FlatTask(family, shape_for(family), songs, songs)
    first = TrainingRun(tmp_path / "run", task, settings(0.06))
    first.train()
    losses = [entry["loss"] for entry in first.progress.history]
    assert losses[-1] < losses[0]
    second = TrainingRun(tmp_path / "run", FlatTask(family, shape_for(family), songs, songs), settings(0.08))
    assert second.progress.steps == first.progress.steps
    second.train()

    description = {
        "name": "mine", "title": "Mine", "description": "", "family": family.name, "licence": "Apache-2.0", "data": [], "notes": "",
        "tokenizer": {"plugin": family.name, "options": {}}, "sampling": {},
        "generation": {"keyNormalised": True, "events": ["note"], "tracks": [], "setup": []},
    }
    measures = export_pack(tmp_path / "run/best.pt", description, valid, tmp_path / "mine", "2026-11-22", False, **family.files_by_option())
    assert abs(measures["quantisation"]["loss"]) < 0.05
    manifest = json.loads((tmp_path / "mine/pack.json").read_text())
    assert {entry["path"] for entry in manifest["files"]} == {path.name for path in (tmp_path / "mine").iterdir()} - {"pack.json"}

    trained = load_decoder(tmp_path / "run/best.pt")[0]
    ids = torch.from_numpy(all_windows(family, held_out, TOKENS).ids[:1])
    again = decoder_of_graph(tmp_path / "mine/step.int8.onnx", family.facts).eval()
    with torch.no_grad():
        expected, got = trained.logits(trained(ids)), again.logits(again(ids))
    assert float((expected - got).abs().mean()) < 0.05 * float(expected.std())

    about = {"title": "Ours", "source": "a folder", "licence": "CC0-1.0"}
    fine_tune(tmp_path / "mine", train, train, tmp_path / "tune", tmp_path / "ours", about, settings(0.03), "2026-11-22")
    ours = json.loads((tmp_path / "ours/pack.json").read_text())
    assert ours["name"] == "ours" and ours["training"]["data"][-1]["licence"] == "CC0-1.0"
    assert ours["training"]["validationLoss"] < ours["training"]["untrainedValidationLoss"]
    assert np.isfinite(ours["training"]["bitsPerEvent"])


def test_a_run_is_told_in_a_picture_and_a_page(tmp_path):
    (tmp_path / "log.jsonl").write_text(
        "\n".join(json.dumps({"seconds": 60 * n, "steps": n, "tokens": 10_000 * n, "bitsPerEvent": 20 / (n + 1)}) for n in range(4))
    )
    history = read_log(tmp_path)
    assert loss_plot(history).count(",") >= 3
    losses = {"natsPerToken": 1.0, "perplexity": 2.7, "bitsPerEvent": 5.0, "bits": {"piece": 5.0}}
    figures = {
        "family": "theremin", "parameters": 10, "configuration": {"width": 32}, "trained": losses, "untrained": losses,
        "progress": {"tokens": 30_000, "steps": 3, "seconds": 180.0},
    }
    assert "| 3 | 0.03 | 5.000 |" in report_text("mine", figures, history)
    with pytest.raises(ValueError, match="no log"):
        read_log(tmp_path / "nowhere")
