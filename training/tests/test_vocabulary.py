from continuo_training.vocabulary import BLOCKS, VOCABULARY_SIZE, allowed_block, block_numbers, row


def test_has_the_published_ids():
    assert VOCABULARY_SIZE == 3406
    firsts = {name: start for name, (start, _) in BLOCKS.items()}
    assert firsts["time1"] == 9 and firsts["time2"] == 137 and firsts["duration"] == 153
    assert firsts["track"] == 2201 and firsts["pitch"] == 2345 and firsts["mi"] == 3404


def test_begins_a_two_four_song_as_the_reference_does():
    assert row("time_signature", 0, 0, 0, 1, 1) == [7, 9, 137, 2201, 3370, 3386, 0, 0]


def test_every_id_of_a_row_lies_in_the_block_that_the_grammar_allows():
    for ids in (row("note", 1, 2, 3, 4, 60, 70, 8), row("set_tempo", 0, 0, 0, 120)):
        for index, token in enumerate(ids):
            start, size = allowed_block(ids[:index])
            assert start <= token < start + size


def test_every_id_belongs_to_one_block():
    assert set(block_numbers()) == set(range(len(BLOCKS)))
