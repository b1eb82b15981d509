"""Packs of SkyTNT rows are trained on from what they hold, and become packs with the same graphs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from conftest import song_rows
from flat_streams import write_token_file
from small_run import songs
from test_event_model import MUSICAL, ids_of
from test_training_run import settings

from continuo_training.event_export import event_options
from continuo_training.event_graph import build_event_graph, build_token_graph
from continuo_training.event_model import EventNet
from continuo_training.event_session import EventSession
from continuo_training.fine_tune import fine_tune
from continuo_training.model import Decoder
from continuo_training.pack import model_options, write_pack
from continuo_training.pack_graphs import write_graphs
from continuo_training.pack_weights import event_net_of_pack, row_decoder_of_pack
from continuo_training.parity import reference_logits
from continuo_training.row_parts import generation_for
from continuo_training.step_session import StepSession
from continuo_training.tiny import setup_rows, track_entries
from continuo_training.tiny_event import random_net
from continuo_training.vocabulary import ROW_WIDTH, VOCABULARY_SIZE, row

ROLES = {"skytnt": ["cpu", "cpuGen", "gpuGen"], "event-lm": ["cpu", "token"]}
SONG_PARTS = [(1, 0, 0), (2, 1, 0)]
"""Of the songs of these tests; the packs have three parts."""


def write_old_pack(folder: Path, model: Decoder | EventNet) -> Path:
    folder.mkdir()
    if isinstance(model, Decoder):
        plugin, options, files = "decoder-lm", model_options(model.configuration), write_graphs(model, folder, ROLES["skytnt"])
    else:
        plugin, options, files = "event-lm", event_options(model), {"cpu": "event.onnx", "token": "token.onnx"}
        for role, build in (("cpu", build_event_graph), ("token", build_token_graph)):
            onnx.save(build(model, quantised=True), folder / files[role])
    manifest = {
        "name": "old", "title": "Old", "family": "skytnt", "licence": "Apache-2.0",
        "tokenizer": {"plugin": "skytnt-events", "options": {"version": "v2", "optimise_midi": True}},
        "model": {"plugin": plugin, "files": files, "options": options},
        "sampling": {"temperature": 0.9},
        "generation": {"keyNormalised": True, "events": ["note"], "tracks": track_entries(), "setup": setup_rows()},
    }
    write_pack(folder, manifest, list(files.values()))
    return folder


@pytest.fixture(params=["skytnt", "event-lm"])
def model(request, decoder) -> Decoder | EventNet:
    return decoder if request.param == "skytnt" else random_net(MUSICAL, 5)


def read(folder: Path) -> dict:
    return json.loads((folder / "pack.json").read_text())


def model_of(folder: Path) -> Decoder | EventNet:
    told = read(folder)["model"]
    if told["plugin"] == "event-lm":
        return event_net_of_pack(folder, told["files"], told["options"])
    return row_decoder_of_pack(folder, told["files"])


def played(folder: Path, ids: np.ndarray) -> np.ndarray:
    """Logits as the pack's own graphs give them."""
    files = read(folder)["model"]["files"]
    if "token" in files:
        return EventSession(folder / files["cpu"], folder / files["token"], 512).extend(ids)
    return StepSession(folder / files["cpu"], 512).extend(ids)


def test_a_pack_holds_the_model_it_was_made_of(model, tmp_path):
    pack = write_old_pack(tmp_path / "old", model)
    again = model_of(pack)
    assert again.configuration == model.configuration
    for name, value in model.state_dict().items():
        rounding = float(value.abs().max()) / (2000 if isinstance(model, Decoder) else 200)
        assert float((again.state_dict()[name] - value).abs().max()) <= rounding, name
    assert np.corrcoef(reference_logits(again.eval(), ids_of(20))[-1], played(pack, ids_of(20)))[0, 1] > 0.99


def test_int8_is_enough_to_go_on_from(decoder, tmp_path):
    pack = write_old_pack(tmp_path / "old", decoder)
    again = row_decoder_of_pack(pack, {"cpu": read(pack)["model"]["files"]["cpu"]})
    expected, got = (reference_logits(one.eval(), ids_of(20))[-1] for one in (decoder, again))
    assert np.corrcoef(expected, got)[0, 1] > 0.99


def test_trained_on_it_is_a_pack_with_the_same_graphs_and_the_music_s_parts(model, tmp_path):
    pack = write_old_pack(tmp_path / "old", model)
    ids = [song_rows(120, seed).reshape(-1).tolist() for seed in range(4)]
    data = write_token_file(tmp_path / "songs.bin", ids, "skytnt-events", {"version": "v2"}, VOCABULARY_SIZE, ROW_WIDTH)
    about = {"title": "Ours", "source": "a folder", "licence": "CC0-1.0"}
    fine_tune(pack, data, data, tmp_path / "run", tmp_path / "ours", about, settings(0.05), "2026-11-22")

    ours = read(tmp_path / "ours")
    assert list(ours["model"]["files"]) == ROLES["skytnt" if isinstance(model, Decoder) else "event-lm"]
    assert ours["model"]["options"] == read(pack)["model"]["options"]
    assert {entry["path"] for entry in ours["files"]} == {path.name for path in (tmp_path / "ours").iterdir()} - {"pack.json"}
    assert ours["training"]["data"] == [{"name": "ours", "licence": "CC0-1.0", "files": 4, "source": "a folder"}]
    assert [(part["track"], part["channel"], part["program"]) for part in ours["generation"]["tracks"]] == SONG_PARTS
    assert ours["sampling"] == {"temperature": 0.9}

    before = json.loads((tmp_path / "run/log.jsonl").read_text().splitlines()[0])
    assert ours["training"]["validationLoss"] < before["loss"]
    trained = torch.load(tmp_path / "run/best.pt", weights_only=False)["average"]
    again = type(model)(model.configuration)
    again.load_state_dict(trained)
    assert np.corrcoef(reference_logits(again.eval(), ids_of(20))[-1], played(tmp_path / "ours", ids_of(20)))[0, 1] > 0.99


def test_parts_stay_where_the_music_has_them_and_follow_it_where_not():
    music = songs(3)
    own = {"tracks": [{"track": t, "channel": c, "program": p, "name": "x"} for t, c, p in SONG_PARTS], "setup": [], "events": ["note"]}
    assert generation_for(own, music) == own
    other = generation_for({**own, "tracks": own["tracks"][:1]}, music)
    assert [entry["name"] for entry in other["tracks"]] == ["x", "part 2"]
    assert other["setup"][:2] == [row("time_signature", 0, 0, 0, 2, 1), row("set_tempo", 0, 0, 0, 96)]
    assert len(other["setup"]) == 2 + 2 * len(SONG_PARTS)
    unnamed = [replace(prepared, song=replace(prepared.song, programs=())) for prepared in music]
    assert "program" not in generation_for(own, unnamed)["tracks"][0]


def test_what_can_not_be_trained_on_says_so(tmp_path):
    with pytest.raises(ValueError, match="SkyTNT's own form"):
        event_net_of_pack(tmp_path, {}, {"interface": "skytnt"})
    onnx.save(build_token_graph(random_net(MUSICAL, 1), quantised=False), tmp_path / "a.onnx")
    with pytest.raises(ValueError, match="shape of its decoder"):
        row_decoder_of_pack(tmp_path, {"cpu": "a.onnx"})
