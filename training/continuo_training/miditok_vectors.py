"""Makes the vectors that the miditok tokenizer is tested against: tokenizer files, and what MidiTok encodes with them.

Use: python -m continuo_training.miditok_vectors --midi ../test/fixtures/remi-bpe/midi --out ../test/fixtures/remi-bpe

Needs the package `miditok` (the vectors in the repository: 3.1.0 with symusic 0.6.0 and tokenizers 0.23.3).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

MORE_METERS = {2: [2, 3, 4], 4: [1, 2, 3, 4, 5, 6, 7], 8: [3, 5, 6, 7, 9, 12], 16: [6, 12]}


def make_tokenizers(files: list[Path]) -> dict[str, object]:
    """Tokenizers of every form that is supported; those named bpe have learned 900 ids from the files."""
    from miditok import MMM, REMI, TokenizerConfig

    common = {"use_programs": True, "use_time_signatures": True, "use_tempos": True, "num_velocities": 32}
    made = {
        "remi": REMI(TokenizerConfig(**common)),
        "remi-wide": REMI(
            TokenizerConfig(
                **common,
                time_signature_range=MORE_METERS,
                beat_res={(0, 1): 12, (1, 2): 4, (2, 4): 2, (4, 8): 1},
                num_tempos=48,
                tempo_range=(50, 200),
                pitch_range=(0, 127),
                delete_equal_successive_tempo_changes=True,
                delete_equal_successive_time_sig_changes=True,
                add_trailing_bars=True,
                use_bar_end_tokens=True,
            )
        ),
        "remi-changes": REMI(
            TokenizerConfig(**common, program_changes=True, use_pitchdrum_tokens=False, remove_duplicated_notes=True)
        ),
        "mmm": MMM(TokenizerConfig(**common, time_signature_range=MORE_METERS, base_tokenizer="REMI")),
        "remi-bpe": REMI(TokenizerConfig(**common)),
        "remi-bpe-whole": REMI(TokenizerConfig(**common, encode_ids_split="no")),
        "mmm-bpe": MMM(TokenizerConfig(**common, base_tokenizer="REMI")),
    }
    for name, tokenizer in made.items():
        if "bpe" in name:
            tokenizer.train(vocab_size=900, model="BPE", files_paths=files)
    return made


def fingerprint(ids: list[int]) -> list[int | str]:
    """How many ids there are, and the SHA-256 of them as little-endian 32-bit numbers."""
    return [len(ids), hashlib.sha256(np.asarray(ids, dtype="<i4").tobytes()).hexdigest()]


def main(arguments: list[str] | None = None) -> int:
    """Writes NAME.json for each tokenizer, and vectors.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files, a folder a set")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    files = sorted(options.midi.glob("*/*.mid"))
    vectors: dict[str, object] = {"made": {name: version(name) for name in ("miditok", "symusic", "tokenizers")}}
    for name, tokenizer in make_tokenizers(files).items():
        path = options.out / f"{name}.json"
        tokenizer.save(path)
        path.write_text(json.dumps(json.loads(path.read_text()), separators=(",", ":")) + "\n")
        vectors[name] = {
            str(file.relative_to(options.midi)): {
                "base": fingerprint(tokenizer.encode(file, encode_ids=False).ids),
                "ids": fingerprint(tokenizer.encode(file).ids),
            }
            for file in files
        }
    (options.out / "vectors.json").write_text(json.dumps(vectors, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
