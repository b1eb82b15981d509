"""From token files to prepared songs."""

from __future__ import annotations

from pathlib import Path

from .songs import read_song
from .token_file import read_token_file
from .vocabulary import ROW_WIDTH, VOCABULARY_SIZE
from .windows import PreparedSong, prepare


def load_songs(path: Path, normalise_keys: bool) -> list[PreparedSong]:
    """Every file of a token file that holds notes. ValueError when the ids are not SkyTNT v2 rows."""
    tokens = read_token_file(path)
    if tokens.header["vocabularySize"] != VOCABULARY_SIZE or tokens.header["rowWidth"] != ROW_WIDTH:
        raise ValueError(f"{path} does not hold SkyTNT v2 rows: tokenise with --tokenizer skytnt-events --option version=v2")
    songs = [read_song(Path(name).name, ids) for name, ids in tokens.songs()]
    return [prepare(song, normalise_keys) for song in songs if len(song.notes)]


def mean_tokens_per_beat(songs: list[PreparedSong]) -> float:
    """Ids of note rows per quarter note."""
    notes = sum(len(song.notes) for song in songs)
    beats = sum(int(song.notes[-1, 0] - song.notes[0, 0]) + 1 for song in songs)
    return notes * ROW_WIDTH / beats
