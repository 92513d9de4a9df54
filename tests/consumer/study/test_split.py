"""Cutting a transcript into what is read and what is written about at once."""

from consumer.study.split import CHUNK_CHARACTERS, PART_TOKENS, parts, split, tokens_of, trusted
from tests.support.consumer.study_samples import lecture, long_lecture, segments, transcript_of


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


def test_nothing_said_gives_no_chunk() -> None:
    assert split(()) == parts(()) == []


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


def test_an_hour_is_read_as_one_and_ten_hours_in_parts_that_fit() -> None:
    assert len(parts(long_lecture(700).segments)) == 1
    read = parts(long_lecture(9_000).segments)
    assert len(read) > 1
    assert max(tokens_of(part.segments) for part in read) <= PART_TOKENS * 1.01


def test_a_small_context_gets_small_parts() -> None:
    read = parts(long_lecture(700).segments, context_tokens=8_192)
    assert len(read) > 4
    assert max(tokens_of(part.segments) for part in read) < 8_192 / 3
