"""Commands: train, export, fine-tune, report, sample, parity, serve, tiny. Each prints what it did; --json where figures come out."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

GREEDY_TOKENS = 256
MOST_APART = 1e-4
PHRASE_FAMILIES = ("phrase-vae", "phrase-mamba")


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 1 when it could not be done (the reason is on stderr)."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except (ValueError, OSError) as error:
        print(f"continuo_training: {error}", file=sys.stderr)
        return 1


def _train(options: argparse.Namespace) -> None:
    from .families import settings_of, training_task
    from .training_run import TrainingRun, TrainingSettings, averaged_weights

    settings = TrainingSettings(
        **settings_of(options),
        minutes=options.minutes,
        patience=options.patience,
        seed=options.seed,
        threads=options.threads,
        compiled=options.compile,
    )
    task = training_task(options)
    weights = averaged_weights(options.begin_with, task.configuration) if options.begin_with else None
    run = TrainingRun(options.out, task, settings, weights)
    if run.is_main:
        print(f"{run.model.parameter_count()} parameters, {len(run.validation)} windows for validation")
    run.train()


def _export(options: argparse.Namespace) -> None:
    from .event_export import export_event_pack
    from .event_task import EventTask
    from .export import export_pack
    from .families import only_file
    from .training_run import family_of, load_decoder

    description = json.loads(options.description.read_text(encoding="utf-8"))
    if family_of(options.checkpoint) in PHRASE_FAMILIES:
        from .phrase_export import export_phrase_pack

        _print(export_phrase_pack(options.checkpoint, description, options.validation, options.pack, options.date, options.phrases))
        return
    options.validation = only_file(options.validation)
    if load_decoder(options.checkpoint)[1]["family"] == EventTask.family:
        _print(export_event_pack(options.checkpoint, description, options.validation, options.pack, options.date))
        return
    measures = export_pack(
        options.checkpoint, description, options.validation, options.pack, options.date, options.gpu, options.model, options.codebook
    )
    _print(measures)


def _graphs(options: argparse.Namespace) -> None:
    from .model import Decoder
    from .pack_graphs import rewrite_graphs
    from .training_run import load_decoder

    model = load_decoder(options.checkpoint)[0]
    if not isinstance(model, Decoder):
        raise ValueError("only decoders of SkyTNT rows have these graphs; export the pack instead")
    _print(rewrite_graphs(model, options.pack, options.roles))


def _fine_tune(options: argparse.Namespace) -> None:
    from .fine_tune import CONTINUO, GENTLE_MATRIX_RATE, GENTLE_TABLE_RATE, fine_tune, token_files, tokenise
    from .processes import Processes
    from .training_run import TrainingSettings

    run = options.run or options.out.with_name(options.out.name + ".run")
    processes = Processes()
    if processes.is_main:
        tokenise(options.midi, options.pack, run, options.continuo.split() if options.continuo else CONTINUO)
    processes.wait()
    training, validation = token_files(run)
    settings = TrainingSettings(
        minutes=options.minutes,
        batch=options.batch,
        matrix_rate=GENTLE_MATRIX_RATE,
        table_rate=GENTLE_TABLE_RATE,
        evaluate_minutes=max(0.5, options.minutes / 10),
        patience=4,
        threads=options.threads,
    )
    about = {"title": options.title or options.out.name, "source": str(options.midi.name), "licence": options.licence}
    measures = fine_tune(options.pack, training, validation, run, options.out, about, settings, options.date)
    if measures is not None:
        _print(measures)


def _report(options: argparse.Namespace) -> None:
    from .loss_plot import loss_plot, read_log, report_text

    figures, units = _figures(options)
    _print(figures)
    if options.out:
        history = read_log(options.checkpoint.parent)
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "loss.svg").write_text(loss_plot(history, *units), encoding="utf-8")
        text = report_text(options.out.resolve().name, figures, history, *units)
        (options.out / "report.md").write_text(text, encoding="utf-8")


def _figures(options: argparse.Namespace) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Of a checkpoint, and the units of its log where they are not ids and notes."""
    from .export import summary
    from .families import BETWEEN_BARS, only_file
    from .judge import make_judge
    from .training_run import evaluate, family_of, load_decoder

    family = family_of(options.checkpoint)
    if family in PHRASE_FAMILIES:
        from .phrase_report import phrase_figures

        return phrase_figures(options.checkpoint, options.data), ("bars", "bar") if family == BETWEEN_BARS else ()
    model, content = load_decoder(options.checkpoint)
    judge = make_judge(content, only_file(options.data), not options.keep_keys, options.model, options.codebook)
    return {
        **content,
        "parameters": model.parameter_count(),
        "trained": summary(evaluate(model, judge.batch, judge.loss)),
        "untrained": summary(evaluate(judge.untrained(model), judge.batch, judge.loss)),
    }, ()


def _sample(options: argparse.Namespace) -> None:
    from .data import load_songs
    from .render import render_pack

    overrides = json.loads(options.sampling) if options.sampling else {}
    like = load_songs(options.like, True) if options.like else None
    for path in render_pack(
        options.pack, options.out, options.count, options.beats, options.seed, options.bpm, overrides, like
    ):
        print(path)


def _parity(options: argparse.Namespace) -> int:
    from .families import only_file
    from .judge import make_judge
    from .parity import compare
    from .training_run import family_of, load_decoder

    if family_of(options.checkpoint) in PHRASE_FAMILIES:
        from .phrase_export import parity_of_run

        of_phrases = parity_of_run(options.checkpoint, options.data)
        _print(asdict(of_phrases))
        return int(of_phrases.largest > MOST_APART or of_phrases.greedy_equal < of_phrases.greedy_tokens)
    options.data = only_file(options.data)
    model, content = load_decoder(options.checkpoint)
    judge = make_judge(content, options.data, True, options.model, options.codebook)
    ids = judge.batch.ids[0, : min(options.tokens, model.configuration.context_tokens - GREEDY_TOKENS)]
    result = compare(model, judge.open(model, len(ids) + GREEDY_TOKENS), ids, GREEDY_TOKENS, judge.allowed)
    _print(asdict(result))
    return int(max(result.single_steps, result.chunks) > MOST_APART or result.greedy_equal < result.greedy_tokens)


def _tiny(options: argparse.Namespace) -> None:
    from .tiny import write_tiny_pack

    write_tiny_pack(options.out, options.seed)


def _serve(options: argparse.Namespace) -> None:
    import onnx

    from .served_graph import without_past, write_model

    for name, graph in ((options.name, options.graph), (f"{options.name}-units", options.units)):
        if graph is not None:
            print(write_model(options.repository, name, without_past(onnx.load(graph)), options.device))


def _medium(options: argparse.Namespace) -> None:
    from .tiny_event import write_medium_pack

    print(f"{write_medium_pack(options.out, options.seed)} parameters")


def _print(value: object) -> None:
    print(json.dumps(value, indent=2))


def _add_tokenizer_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", type=Path, help="theremin: SentencePiece model (default: the tokenizer's)")
    command.add_argument("--codebook", type=Path, help="beat-kmeans: codebook.json (default: the tokenizer's)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="continuo_training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    of_styles = "phrases, phrase-mamba: one a style, as pop=FILE song=FILE"

    train = commands.add_parser("train", help="train a decoder; run it again to go on after an interruption")
    train.add_argument("family", choices=["skytnt", "event-lm", "theremin", "beat-kmeans", "phrases", "phrase-mamba"])
    train.add_argument("--data", type=Path, nargs="+", required=True, help=f"token file of the training songs; {of_styles}")
    train.add_argument("--validation", type=Path, nargs="+", required=True, help="the same of the validation songs")
    train.add_argument("--out", type=Path, required=True, help="folder of the run")
    train.add_argument("--minutes", type=float, default=80, help="budget that the learning rate is laid over")
    train.add_argument("--context", type=int, default=None, help="ids in a window (3072; theremin 512; beat-kmeans 1024)")
    train.add_argument("--batch", type=int, default=None, help="windows in a step (4; phrases 112; phrase-mamba 16)")
    for name, value in (("width", 256), ("layers", 6), ("heads", 4), ("key-value-heads", 1), ("head-dimension", 64),
                        ("hidden", 576)):
        train.add_argument(f"--{name}", type=int, default=value)
    train.add_argument("--token-layers", type=int, default=3, help="event-lm: layers of the net that spells an event")
    train.add_argument("--matrix-rate", type=float, default=None, help="(0.02; phrase-mamba 0.01)")
    train.add_argument("--table-rate", type=float, default=None, help="(0.004; phrase-mamba 0.002)")
    train.add_argument("--decay-share", type=float, default=None, help="last part of the budget in which the rate falls (0.5; bars 0.6)")
    train.add_argument("--evaluate-minutes", type=float, default=None, help="(6; phrases 5; phrase-mamba 1.5)")
    train.add_argument("--patience", type=int, default=6, help="evaluations without a better one before stopping early")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--threads", type=int, default=2)
    train.add_argument("--compile", action="store_true", help="torch.compile the layers (needs a C++ compiler)")
    train.add_argument("--keep-keys", action="store_true", help="do not move songs to C major / A minor")
    _add_tokenizer_data(train)
    train.add_argument("--begin-with", type=Path, help="checkpoint to fine-tune from, of the same shape")
    train.add_argument("--begin-with-flat", type=Path, help="event-lm: checkpoint of a flat decoder of rows (skytnt) to start from")
    train.add_argument("--keep-encoder", action="store_true", help="phrases: with --begin-with, let the decoder alone learn on")
    train.add_argument("--phrases", type=Path, help="phrase-mamba: checkpoint of `train phrases`")
    train.add_argument("--codes", type=int, default=1024, help="phrase-mamba: how many kinds of bars to tell apart")
    train.set_defaults(command=_train)

    export = commands.add_parser("export", help="write the pack of a run")
    export.add_argument("--checkpoint", type=Path, required=True)
    export.add_argument("--description", type=Path, required=True, help="texts, data, sampling and generation (JSON)")
    export.add_argument("--validation", type=Path, nargs="+", required=True, help=f"token file; {of_styles}")
    export.add_argument("--phrases", type=Path, help="phrase-mamba: net of bars whose decoder has learned on since")
    export.add_argument("--pack", type=Path, required=True, help="folder to write")
    export.add_argument("--date", default=datetime.date.today().isoformat())
    export.add_argument("--gpu", action="store_true", help="also write the graph for a GPU, with fp16 weights and no int8 operators")
    _add_tokenizer_data(export)
    export.set_defaults(command=_export)

    graphs = commands.add_parser("graphs", help="write the graphs of an existing pack again, for these roles of decoder-lm")
    graphs.add_argument("--checkpoint", type=Path, required=True)
    graphs.add_argument("--pack", type=Path, required=True)
    graphs.add_argument("--roles", nargs="+", choices=("cpu", "cpuGen", "gpu", "gpuGen"), default=["cpu", "cpuGen"])
    graphs.set_defaults(command=_graphs)
    report = commands.add_parser("report", help="loss of a checkpoint on a token file, as JSON")
    report.add_argument("--checkpoint", type=Path, required=True)
    report.add_argument("--data", type=Path, nargs="+", required=True, help=f"token file; {of_styles}")
    report.add_argument("--keep-keys", action="store_true")
    report.add_argument("--out", type=Path, help="folder for report.md and loss.svg")
    _add_tokenizer_data(report)
    report.set_defaults(command=_report)

    tune = commands.add_parser("fine-tune", help="train a pack on with MIDI files of one's own, into a new pack")
    tune.add_argument("--pack", type=Path, required=True, help="pack to begin with: of theremin, beat-kmeans or SkyTNT rows")
    tune.add_argument("--midi", type=Path, required=True, help="folder of MIDI files; a tenth is held out to judge by")
    tune.add_argument("--out", type=Path, required=True, help="folder of the new pack; its name is the pack's name")
    tune.add_argument("--licence", required=True, help="of the music, for the pack's list of data")
    tune.add_argument("--title", help="of the new pack")
    tune.add_argument("--run", type=Path, help="folder of tokens, checkpoints and log (default: OUT.run); it can be gone on from")
    tune.add_argument("--minutes", type=float, default=20)
    tune.add_argument("--batch", type=int, default=4)
    tune.add_argument("--threads", type=int, default=2)
    tune.add_argument("--continuo", help="command that runs continuo (default: node bin/continuo.js of this repository)")
    tune.add_argument("--date", default=datetime.date.today().isoformat())
    tune.set_defaults(command=_fine_tune)

    sample = commands.add_parser("sample", help="MIDI files from a pack, without the engine")
    sample.add_argument("--pack", type=Path, required=True)
    sample.add_argument("--out", type=Path, required=True)
    sample.add_argument("--count", type=int, default=8)
    sample.add_argument("--beats", type=int, default=128)
    sample.add_argument("--bpm", type=float, default=None, help="default: the tempo in the pack's setup, or 90")
    sample.add_argument("--seed", type=int, default=1)
    sample.add_argument("--like", type=Path, help="token file: each take begins as one of its songs, in that song's key")
    sample.add_argument("--sampling", help="JSON that overrides the pack's sampling")
    sample.set_defaults(command=_sample)

    parity = commands.add_parser("parity", help="compare the ONNX graph with PyTorch; exit 1 when they differ")
    parity.add_argument("--checkpoint", type=Path, required=True)
    parity.add_argument("--data", type=Path, nargs="+", required=True, help=f"token file; {of_styles}")
    parity.add_argument("--tokens", type=int, default=512)
    _add_tokenizer_data(parity)
    parity.set_defaults(command=_parity)

    serve = commands.add_parser("serve", help="write graphs of a pack into a model repository for an inference server")
    serve.add_argument("--graph", type=Path, required=True, help="step graph, of which logits are asked")
    serve.add_argument("--units", type=Path, help="gen or gen_from_ids graph, which writes whole events (NAME-units)")
    serve.add_argument("--repository", type=Path, required=True, help="folder to write NAME into")
    serve.add_argument("--name", required=True, help="of the served model")
    serve.add_argument("--device", choices=["gpu", "cpu"], default="gpu")
    serve.set_defaults(command=_serve)

    tiny = commands.add_parser("tiny", help="a pack with random weights, for tests")
    tiny.add_argument("--out", type=Path, required=True)
    tiny.add_argument("--seed", type=int, default=1)
    tiny.set_defaults(command=_tiny)

    medium = commands.add_parser("medium", help="a pack of the size of SkyTNT's medium model with random weights: what does this machine hold?")
    medium.add_argument("--out", type=Path, required=True)
    medium.add_argument("--seed", type=int, default=1)
    medium.set_defaults(command=_medium)
    return parser
