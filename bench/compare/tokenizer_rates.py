"""Our tokenizers against the ones in Python that they agree with, on the same files in one run, one thread.

    npm run setup
    git clone https://github.com/SkyTNT/midi-model
    pip install miditok==3.1.0 symusic==0.6.0 sentencepiece==0.2.3
    python bench/compare/tokenizer_rates.py --skytnt midi-model

`encode` is ids a second from music in memory, `file` from the file's bytes, both by processor time. A tokenizer whose
Python part is missing is left out and named. beat-kmeans has no other implementation.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
THEREMIN_MODEL = ROOT / "src" / "plugins" / "tokenizers" / "theremin" / "data" / "theremin.model"
MIDITOK_FILE = ROOT / "test" / "fixtures" / "remi-bpe" / "remi-bpe.json"


def main() -> int:
    options = _arguments()
    comparisons = {"skytnt-events": _skytnt, "miditok": _miditok, "sentencepiece": _sentencepiece}
    rows = []
    for name, compare in comparisons.items():
        try:
            theirs, ours = compare(options)
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
            continue
        if theirs["ids"] != ours["ids"]:
            print(f"{name}: {theirs['ids']} ids in Python, {ours['ids']} here", file=sys.stderr)
        faster = {key: round(ours[key] / theirs[key], 2) for key in ("encode", "file") if key in ours and key in theirs}
        rows.append({"tokenizer": name, "python": theirs, "continuo": ours, "timesFaster": faster})
    print(json.dumps(rows, indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skytnt", type=Path, help="a clone of SkyTNT/midi-model")
    parser.add_argument("--folder", type=Path, default=ROOT / "test" / "fixtures" / "skytnt", help="of .mid files")
    parser.add_argument("--seconds", type=float, default=2.0)
    return parser.parse_args()


def _skytnt(options: argparse.Namespace) -> tuple[dict, dict]:
    if options.skytnt is None:
        raise ImportError("give --skytnt, a clone of SkyTNT/midi-model")
    sys.path.insert(0, str(options.skytnt))
    import MIDI
    from midi_tokenizer import MIDITokenizer

    tokenizer = MIDITokenizer("v2")
    files = [path.read_bytes() for path in _files(options)]
    scores = [MIDI.midi2score(content) for content in files]
    count = lambda rows: sum(len(row) for row in rows)
    theirs = {
        "ids": sum(count(tokenizer.tokenize(score)) for score in scores),
        "encode": _rate(options, lambda: sum(count(tokenizer.tokenize(score)) for score in scores)),
        "file": _rate(options, lambda: sum(count(tokenizer.tokenize(MIDI.midi2score(content))) for content in files)),
    }
    return theirs, _ours(options, "skytnt-events", {"version": "v2"})


def _miditok(options: argparse.Namespace) -> tuple[dict, dict]:
    from miditok import REMI
    from symusic import Score

    tokenizer = REMI(params=MIDITOK_FILE)
    files = [path.read_bytes() for path in _files(options)]
    scores = [Score.from_midi(content) for content in files]
    theirs = {
        "ids": sum(len(tokenizer(score).ids) for score in scores),
        "encode": _rate(options, lambda: sum(len(tokenizer(score).ids) for score in scores)),
        "file": _rate(options, lambda: sum(len(tokenizer(Score.from_midi(content)).ids) for content in files)),
    }
    return theirs, _ours(options, "miditok", {"file": str(MIDITOK_FILE)})


def _sentencepiece(options: argparse.Namespace) -> tuple[dict, dict]:
    from sentencepiece import SentencePieceProcessor

    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "texts.json")
        ours = _node("time-pieces", THEREMIN_MODEL, options.folder, texts, options.seconds)
        songs = json.loads(texts.read_text(encoding="utf-8"))
    pieces = SentencePieceProcessor(model_file=str(THEREMIN_MODEL))
    encode = lambda: sum(len(pieces.encode(song)) for song in songs)
    return {"ids": encode(), "encode": _rate(options, encode)}, ours


def _files(options: argparse.Namespace) -> list[Path]:
    return sorted(options.folder.glob("*.mid"))


def _rate(options: argparse.Namespace, work: Callable[[], int]) -> int:
    """Ids a second of processor time; the first run only warms up."""
    work()
    started, count = time.process_time(), 0
    while time.process_time() - started < options.seconds:
        count += work()
    return round(count / (time.process_time() - started))


def _ours(options: argparse.Namespace, name: str, settings: dict) -> dict:
    return _node("time-tokenizer", name, json.dumps(settings), options.folder, options.seconds)


def _node(script: str, *words: object) -> dict:
    command = ["node", str(ROOT / "dist" / "bench" / "compare" / f"{script}.js"), *map(str, words)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    sys.exit(main())
