import numpy as np
import pytest

from continuo_training.bpe_vocabulary import BASE_SIZE, learn, merge_word, spellings, to_ids, to_text, words_of

BAR, TRACK, END_OF_TRACK = 4, 5, 6


def test_words_are_heads_of_bars_and_tracks() -> None:
    ids = np.array([1, BAR, 247, TRACK, 253, 7, 83, 167, 186, END_OF_TRACK, BAR, TRACK, 253, END_OF_TRACK, 2])
    words = [word.tolist() for word in words_of(ids)]
    assert words == [[BAR, 247], [TRACK, 253, 7, 83, 167, 186, END_OF_TRACK], [BAR], [TRACK, 253, END_OF_TRACK]]


def test_every_base_symbol_survives_as_a_character() -> None:
    assert to_ids(to_text(range(BASE_SIZE))) == list(range(BASE_SIZE))


def test_merges_the_lowest_rank_first_and_the_leftmost_of_equals() -> None:
    merges = [(10, 11), (BASE_SIZE, 12), (11, 10)]
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    assert merge_word([10, 11, 10, 11, 12], ranks) == [BASE_SIZE, BASE_SIZE + 1]
    assert spellings(merges)[BASE_SIZE + 1] == (10, 11, 12)


def test_learns_merges_that_spell_what_is_frequent() -> None:
    pytest.importorskip("tokenizers")
    from collections import Counter

    words = Counter({to_text([BAR, 247, 222]): 9, to_text([TRACK, 253, 7, 83]): 5})
    merges = learn(words, BASE_SIZE + 4, 8)
    assert (BAR, 247) in spellings(merges)[BASE_SIZE:] or (247, 222) in spellings(merges)[BASE_SIZE:]
