"""Cutting a transcript into requests."""

from consumer.study.split import CHUNK_CHARACTERS, MOST_CARDS, shares, split, trusted, wanted_cards, wanted_items
from tests.support.consumer.study_samples import lecture, long_lecture, segments, transcript, transcript_of


def test_a_short_lecture_is_one_chunk() -> None:
    made = lecture()
    assert [chunk.segments for chunk in split(made.segments)] == [made.segments]


def test_a_three_hour_lecture_is_cut_between_segments_and_nothing_is_lost_or_repeated() -> None:
    made = long_lecture(3_000)
    chunks = split(made.segments)
    assert [segment.id for chunk in chunks for segment in chunk.segments] == list(range(3_000))
    assert len(chunks) > 5
    assert max(len(chunk.text) for chunk in chunks) < CHUNK_CHARACTERS * 1.1


def test_the_chunks_of_a_lecture_are_alike_in_length() -> None:
    lengths = [len(chunk.text) for chunk in split(long_lecture(700).segments, most_characters=10_000)]
    assert max(lengths) < 1.1 * min(lengths)


def test_nothing_said_gives_no_chunk_and_asks_for_nothing() -> None:
    assert split(()) == []
    assert wanted_cards(()) == 0
    assert wanted_items(0) == 0


def test_unclear_and_looping_passages_are_not_trusted() -> None:
    good, unsure, loop = segments("Water boils at a hundred degrees.", "Mumble.", "no no no no no")
    made = transcript_of(
        (
            good,
            unsure.model_copy(update={"avg_logprob": -1.4}),
            loop.model_copy(update={"compression_ratio": 5.0}),
        )
    )
    assert trusted(made) == (good,)


def test_the_number_of_cards_follows_the_speech_within_its_bounds() -> None:
    assert wanted_cards(transcript("Short.").segments) == 5
    assert wanted_cards(long_lecture(100).segments) == 8
    assert wanted_cards(long_lecture(9_000).segments) == MOST_CARDS


def test_the_shares_of_the_chunks_add_up() -> None:
    chunks = split(long_lecture(700).segments, most_characters=10_000)
    assert sum(shares(chunks, 17)) == 17
    assert max(shares(chunks, 17)) - min(shares(chunks, 17)) <= 1
