import json
from pathlib import Path

import numpy as np
import pytest
import torch
from flat_streams import SCALE, write_token_file

from continuo_training import phrase_vocabulary as symbols
from continuo_training.bpe_vocabulary import BAR, BASE_SIZE, TRACK_START
from continuo_training.cli import main
from continuo_training.phrase_controls import ORDER, ControlTable
from continuo_training.phrase_pack import PhraseModel, exact_graphs, small_graphs
from continuo_training.phrase_parity import compare_phrases
from continuo_training.phrase_run import load_phrase_run
from continuo_training.phrase_session import DecoderSession, MambaSession
from continuo_training.phrase_sidecar import phrases, write_sidecar
from continuo_training.sigma_linear import SigmaLinear, folded_copy
from continuo_training.tiny_phrases import tilt, tiny_model

VOCABULARY = symbols.read_vocabulary()
BIAS = tilt(VOCABULARY)


@pytest.fixture(scope="module")
def model() -> PhraseModel:
    return tiny_model(VOCABULARY, 3)


def bars(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    return [np.array([BAR, *rng.integers(1, VOCABULARY.size, length)]) for length in rng.integers(0, 30, count)]


def test_graphs_say_what_pytorch_says(model: PhraseModel):
    parity = compare_phrases(model, BIAS, exact_graphs(model, BIAS), bars(6), VOCABULARY)
    assert parity.largest < 1e-4 and parity.mamba_states < 1e-4
    assert parity.greedy_equal == parity.greedy_tokens == 256


def test_stored_small_they_say_nearly_the_same(model: PhraseModel):
    small = compare_phrases(model, BIAS, small_graphs(model, BIAS), bars(3), VOCABULARY, 8)
    assert small.latents < 0.01 and max(small.single_steps, small.chunks) < 0.02
    assert small.mamba_logits < 1e-4


def test_dead_rows_are_never_read_and_a_bar_leaves_nothing_to_the_next(model: PhraseModel):
    graph, latent = exact_graphs(model, BIAS).decoder, model.codebook.centroids[0].numpy()
    fresh, used = DecoderSession(graph, 64), DecoderSession(graph, 200)
    used.begin(-latent)
    used.extend(bars(6)[3])
    for session in (fresh, used):
        session.begin(latent)
    assert (fresh.extend([BAR]) == used.extend([BAR])).all()
    assert (fresh.extend([9, 12]) == used.extend([9, 12])).all()


def test_a_control_is_heard_instead_of_the_latent(model: PhraseModel):
    told, heard = (MambaSession(exact_graphs(model, BIAS).mamba) for _ in range(2))
    latent = model.codebook.centroids[1].numpy()
    assert np.abs(told.tell(3) - heard.hear(latent)).max() > 1e-3
    assert told.state.shape == heard.state.shape == model.mamba.first_state(1).shape[1:]


def test_folded_weights_are_those_that_were_trained_with(model: PhraseModel):
    layers = [layer for layer in model.net.modules() if isinstance(layer, SigmaLinear)]
    with torch.no_grad():
        assert all(torch.allclose(layer.effective(), layer.folded(), rtol=1e-2, atol=1e-3) for layer in layers)
        ids = torch.from_numpy(bars(3)[2][None])
        assert torch.allclose(model.net.encode(ids)[0], folded_copy(model.net).encode(ids)[0], atol=0.05)


def test_the_sidecar_tells_every_id_that_opens_a_bar_or_belongs_to_its_head(model: PhraseModel, tmp_path: Path):
    told = phrases(model.net.configuration, model.mamba.configuration, model.table, VOCABULARY)
    assert told["bars"] == [index for index, spelled in enumerate(VOCABULARY.spelled) if spelled[0] == BAR]
    assert all(str(index) in told["meterOf"] or str(index) in told["tempoOf"] for index in told["heads"])
    assert told["tempoOf"][str(symbols.FIRST_TEMPO)] == symbols.SLOWEST_TEMPO
    assert told["state"] == list(model.mamba.first_state(1).shape[1:])
    names = write_sidecar(tmp_path, told, model.codebook)
    assert json.loads((tmp_path / names["phrases"]).read_text()) == told
    rows = np.frombuffer((tmp_path / names["codes"]).read_bytes(), dtype="<f4").reshape(told["codes"], 2 * told["latent"] + 1)
    assert (rows[:, : told["latent"]] == model.codebook.centroids.numpy()).all()


def test_controls_have_rows_of_their_own():
    table = ControlTable(("a", "b"), (1.0, 2.0, 3.0, 4.0))
    rows = [table.row(name, value) for name in ORDER for value in (*range(table.counts[name]), None)]
    assert rows == list(range(1, table.size))


def song(bars_count: int, seed: int) -> list[int]:
    rng, ids = np.random.default_rng(seed), []
    for _ in range(bars_count):
        ids += [BAR, symbols.FIRST_METER + symbols.COMMON_METER, TRACK_START, symbols.FIRST_PROGRAM]
        for position in (0, 4, 8, 12):
            ids += [symbols.FIRST_POSITION + position, symbols.FIRST_PITCH + 60 + SCALE[rng.integers(7)], symbols.FIRST_VELOCITY + 20, symbols.FIRST_DURATION + 3]
        ids.append(symbols.TRACK_END)
    return ids


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    """Token files of two styles."""
    pytest.importorskip("tokenizers")
    return [f"{style}={write_token_file(tmp_path / f'{style}.bin', [song(12, at), song(9, at + 1)], 'remi-bpe', {}, BASE_SIZE)}" for at, style in enumerate(("pop", "song"))]


def test_both_nets_are_trained_exported_and_proved_from_the_command_line(data: list[str], tmp_path: Path, capsys: pytest.CaptureFixture):
    common = ["--data", *data, "--validation", *data, "--minutes", "0.01", "--threads", "1"]
    assert main(["train", "phrases", *common, "--batch", "8", "--width", "32", "--hidden", "48", "--out", str(tmp_path / "bars")]) == 0
    between = ["train", "phrase-mamba", *common, "--batch", "2", "--codes", "4", "--out", str(tmp_path / "mamba")]
    assert main(between) == 1
    assert "--phrases" in capsys.readouterr().err
    assert main([*between, "--phrases", str(tmp_path / "bars/best.pt")]) == 0
    checkpoint, packs = tmp_path / "mamba/best.pt", Path(__file__).parents[1] / "packs"
    export = ["export", "--checkpoint", str(checkpoint), "--validation", *data, "--description", str(packs / "musemorphic.json")]
    assert main([*export, "--pack", str(tmp_path / "pack"), "--date", "2026-01-01"]) == 0
    manifest = json.loads((tmp_path / "pack/pack.json").read_text())
    assert manifest["styles"] == ["pop", "song"]
    assert set(manifest["model"]["files"]) == {"encoder", "decoder", "mamba", "phrases", "codes"}
    assert manifest["training"]["parameters"] == load_phrase_run(checkpoint).model.parameter_count()
    assert main(["parity", "--checkpoint", str(checkpoint), "--data", *data]) == 0
    for folder in ("bars", "mamba"):
        report = tmp_path / f"{folder}-report"
        assert main(["report", "--checkpoint", str(tmp_path / folder / "best.pt"), "--data", *data, "--out", str(report)]) == 0
        assert (report / "report.md").exists()


def test_a_decoder_that_learned_on_is_taken_only_with_the_encoder_of_the_codes(data: list[str], tmp_path: Path):
    common = ["--data", *data, "--validation", *data, "--minutes", "0.005", "--threads", "1"]
    bars_of = ["train", "phrases", *common, "--batch", "8", "--width", "32", "--hidden", "48"]
    first, kept, other = (tmp_path / name for name in ("first", "kept", "other"))
    assert main([*bars_of, "--out", str(first)]) == 0
    goes_on = [*bars_of, "--begin-with", str(first / "best.pt")]
    assert main([*goes_on, "--out", str(kept), "--keep-encoder"]) == 0 and main([*goes_on, "--out", str(other), "--seed", "2"]) == 0
    assert main(["train", "phrase-mamba", *common, "--batch", "2", "--codes", "4", "--phrases", str(first / "best.pt"), "--out", str(tmp_path / "mamba")]) == 0
    checkpoint = tmp_path / "mamba/best.pt"
    load_phrase_run(checkpoint, kept / "last.pt")
    with pytest.raises(ValueError, match="train phrase-mamba again"):
        load_phrase_run(checkpoint, other / "last.pt")
