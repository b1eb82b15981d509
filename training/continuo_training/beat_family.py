"""Beat-kmeans streams for training: beats of cells, in C major / A minor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import beat_ids
from .beat_ids import END, FIRST_PITCH, FIRST_TEMPO, FIRST_VELOCITY, PAD, PITCHES, START, TEMPOS, VELOCITIES
from .flat_windows import FlatSong, bar_lines
from .id_facts import IdFacts
from .keys import SEGMENT_BEATS, TONICS, key_shifts, move
from .token_file import read_token_file

TOKENIZER_FOLDER = Path(__file__).resolve().parents[2] / "src/plugins/tokenizers/beat-kmeans"
CODEBOOK, VELOCITY_CODES = TOKENIZER_FOLDER / "codebook.json", TOKENIZER_FOLDER / "velocities.json"
MOST_ONSETS = 4


@dataclass(frozen=True)
class BeatMusic:
    """`ids` without start and end; `starts`: where each beat begins, and the end; `shifts`: semitones to C, by segment."""

    ids: np.ndarray
    starts: np.ndarray
    shifts: np.ndarray


class BeatFamily:
    name = "beat-kmeans"
    pad = PAD

    def __init__(self, codebook: Path = CODEBOOK) -> None:
        self.files = {"codebook": codebook}
        patterns = beat_ids.read_patterns(codebook)
        size = beat_ids.VOCABULARY_SIZE
        self._sounding = np.zeros(size, dtype=np.int64)
        self._onsets = np.zeros(size, dtype=np.int64)
        self._held = np.zeros(size, dtype=bool)
        for code, (sustain, onset) in patterns.items():
            self._sounding[code] = sustain.bit_count()
            self._onsets[code] = onset.bit_count()
            self._held[code] = bool(sustain & 1) and not onset & 1
        self.facts = _facts(patterns, self._onsets)

    def tokenise_options(self, options: dict[str, Any]) -> dict[str, Any]:
        return options

    def files_by_option(self) -> dict[str, Path]:
        return {"codebook": self.files["codebook"]}

    def load(self, path: Path, normalise_keys: bool = True) -> list[FlatSong]:
        """ValueError when the file does not hold beat-kmeans ids."""
        tokens = read_token_file(path)
        if tokens.header["tokenizer"] != self.name:
            raise ValueError(f"{path} does not hold beat-kmeans ids: tokenise with --tokenizer beat-kmeans")
        options = tokens.header["options"]
        if options.get("mode") == "velocity" and options.get("velocities") == "learned":
            self.files["velocities"] = VELOCITY_CODES
        meters = [entry.get("meters", []) for entry in tokens.header["files"]]
        songs = [
            self._song(Path(name).name, ids.astype(np.int64), metre, normalise_keys)
            for (name, ids), metre in zip(tokens.songs(), meters)
        ]
        return [song for song in songs if len(song.note_beats)]

    def _song(self, name: str, ids: np.ndarray, meters: list, normalise_keys: bool) -> FlatSong:
        ids = ids[(ids != START) & (ids != END) & (ids != PAD)]
        is_tempo = (ids >= FIRST_TEMPO) & (ids < FIRST_TEMPO + TEMPOS)
        beat = is_tempo.cumsum() - 1
        starts = np.append(np.flatnonzero(is_tempo), len(ids))
        pitch = self._pitch_of_each(ids)
        weights = np.zeros((int(beat[-1]) // SEGMENT_BEATS + 1 if len(ids) else 1, TONICS))
        np.add.at(weights, (beat // SEGMENT_BEATS, pitch % TONICS), self._sounding[ids])
        totals = weights.sum(1, keepdims=True)
        weights = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
        shifts = key_shifts(weights)[0] if normalise_keys else np.zeros(len(weights), dtype=np.int64)
        velocities = np.unique(ids[(ids >= FIRST_VELOCITY) & (ids < FIRST_VELOCITY + VELOCITIES)])
        flat = np.arange(FIRST_VELOCITY, FIRST_VELOCITY + VELOCITIES) if len(velocities) == 1 else None
        bars = bar_lines(meters, len(starts) - 2)
        return FlatSong(name, np.repeat(beat, self._onsets[ids]), bars[bars < len(starts) - 1], BeatMusic(ids, starts, shifts), flat)

    @staticmethod
    def _pitch_of_each(ids: np.ndarray) -> np.ndarray:
        """The pitch that each id belongs to (0 before the first)."""
        is_pitch = (ids >= FIRST_PITCH) & (ids < FIRST_PITCH + PITCHES)
        place = np.maximum.accumulate(np.where(is_pitch, np.arange(len(ids)), 0))
        return np.where(is_pitch[place], ids[place] - FIRST_PITCH, 0)

    def window(self, song: FlatSong, origin_beat: int, tokens: int) -> tuple[np.ndarray, float]:
        music: BeatMusic = song.music
        origin = min(origin_beat, len(music.starts) - 2)
        start = int(music.starts[origin])
        ids = self._without_orphans(music.ids[start : start + tokens + tokens // 8])[: tokens - 1].copy()
        is_tempo = (ids >= FIRST_TEMPO) & (ids < FIRST_TEMPO + TEMPOS)
        beats = int(is_tempo.sum())
        reached = float("inf") if origin + beats >= len(music.starts) - 1 else float(origin + beats - 1)
        segments = np.arange(origin, origin + max(beats, 1)) // SEGMENT_BEATS
        shifts, counts = np.unique(music.shifts[np.minimum(segments, len(music.shifts) - 1)], return_counts=True)
        is_pitch = (ids >= FIRST_PITCH) & (ids < FIRST_PITCH + PITCHES)
        ids[is_pitch] = FIRST_PITCH + move(ids[is_pitch] - FIRST_PITCH, int(shifts[counts.argmax()]))
        return np.concatenate(([START], ids)), reached

    def _without_orphans(self, ids: np.ndarray) -> np.ndarray:
        """Leaves out cells that only hold a note from before the first id: a prompt has no such notes."""
        keep = np.ones(len(ids), dtype=bool)
        orphans: set[int] | None = None
        at = 0
        while at < len(ids):
            if FIRST_TEMPO <= ids[at] < FIRST_TEMPO + TEMPOS:
                if orphans is not None and not orphans:
                    break
                going_on: set[int] = set()
                at += 1
                while at < len(ids) and not FIRST_TEMPO <= ids[at] < FIRST_TEMPO + TEMPOS:
                    end = at + 1
                    while end < len(ids) and not FIRST_PITCH <= ids[end] < FIRST_PITCH + PITCHES and ids[end] < FIRST_TEMPO:
                        end += 1
                    pitch, codes = int(ids[at]), ids[at + 1 : end]
                    is_orphan = len(codes) > 0 and self._held[codes[0]] and (orphans is None or pitch in orphans)
                    if is_orphan and not self._onsets[codes].any():
                        keep[at:end] = False
                        going_on.add(pitch)
                    at = end
                orphans = going_on
            else:
                at += 1
        return ids[keep]


def _facts(patterns: dict[int, beat_ids.Pattern], onsets: np.ndarray) -> IdFacts:
    size = beat_ids.VOCABULARY_SIZE
    ids = np.arange(size)
    kinds = ("code", "pitch", "velocity", "tempo", "other")
    kind = np.full(size, 4, dtype=np.int64)
    kind[:FIRST_PITCH] = 0
    kind[FIRST_PITCH : FIRST_PITCH + PITCHES] = 1
    kind[FIRST_VELOCITY : FIRST_VELOCITY + VELOCITIES] = 2
    kind[FIRST_TEMPO : FIRST_TEMPO + TEMPOS] = 3
    group = np.full(size, -1, dtype=np.int64)
    group[list(patterns)] = 0
    group[(kind == 1) | (kind == 3)] = 1
    group[kind == 2] = 2
    columns = [
        (kind[:, None] == np.arange(len(kinds))).astype(np.float32),
        _pitch_features(ids, kind == 1),
        _tempo_features(ids, kind == 3),
        _pattern_features(patterns, onsets),
    ]
    advance = (kind == 3).astype(np.int64)
    nothing = np.zeros(size, dtype=np.int64)
    return IdFacts(
        features=np.concatenate(columns, axis=1),
        advance=advance,
        lead=nothing.astype(bool),
        advance_after_lead=nothing,
        units_per_beat=1,
        group=group,
        kinds=kinds,
        kind=kind,
        notes=onsets.astype(np.float32),
    )


def _pitch_features(ids: np.ndarray, where: np.ndarray) -> np.ndarray:
    table = np.zeros((len(ids), TONICS + 11), dtype=np.float32)
    for pitch_id in ids[where]:
        pitch = int(pitch_id) - FIRST_PITCH
        table[pitch_id, pitch % TONICS] = 1
        table[pitch_id, TONICS + pitch // TONICS] = 1
    return table


def _tempo_features(ids: np.ndarray, where: np.ndarray) -> np.ndarray:
    """A slope over the tempos, so that rare ones lie between their neighbours."""
    bpm = 10 * (ids - FIRST_TEMPO) + 5
    return np.where(where, (bpm - 100) / 50, 0).astype(np.float32)[:, None]


def _pattern_features(patterns: dict[int, beat_ids.Pattern], onsets: np.ndarray) -> np.ndarray:
    """Per level: frames of onsets, ends of sounds, whether it begins held; and the number of onsets."""
    widths = [2 * frames + 1 for _, _, frames in beat_ids.LEVELS]
    table = np.zeros((beat_ids.VOCABULARY_SIZE, sum(widths) + MOST_ONSETS + 1), dtype=np.float32)
    for code, (sustain, onset) in patterns.items():
        level = next(i for i, (first, count, _) in enumerate(beat_ids.LEVELS) if first <= code < first + count)
        frames, base = beat_ids.LEVELS[level][2], sum(widths[:level])
        for frame in range(frames):
            sounds = sustain >> frame & 1
            begins_next = frame + 1 < frames and onset >> (frame + 1) & 1
            goes_on = frame + 1 < frames and sustain >> (frame + 1) & 1 and not begins_next
            table[code, base + frame] = onset >> frame & 1
            table[code, base + frames + frame] = bool(sounds and not goes_on)
        table[code, base + 2 * frames] = bool(sustain & 1) and not onset & 1
        table[code, sum(widths) + min(int(onsets[code]), MOST_ONSETS)] = 1
    return table
