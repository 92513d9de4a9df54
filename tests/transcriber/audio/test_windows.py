"""A window's own time and the file's."""

import pytest

from transcriber.audio.windows import Span, Window


@pytest.mark.parametrize("start", [0.0, 0.1, 82.0, 3599.3])
def test_where_two_spans_meet_the_later_one_plays(start: float) -> None:
    """Also where their lengths do not add up to the last bit."""
    end = start + 0.86
    window = Window(0, 2.86, (Span(start, end, 0), Span(end + 2.6, end + 4.6, 0.86)))
    assert window.file_time(0.86) == end + 2.6


def test_past_its_end_a_window_is_at_the_end_of_its_last_span() -> None:
    window = Window(0, 3.0, (Span(5, 6, 0), Span(9, 11, 1)))
    assert window.file_time(7.0) == 11
