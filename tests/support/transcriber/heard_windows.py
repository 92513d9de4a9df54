"""Windows, and what was heard in them."""

from tests.support.transcriber.fakes import heard
from transcriber.audio.windows import Span, Window
from transcriber.model.backend import WindowWord
from transcriber.model.quality import Attempt, Guard
from transcriber.text.segmenter import Heard
from transcriber.text.word_times import proportional


def window(*spans: tuple[float, float], index: int = 0) -> Window:
    found: list[Span] = []
    offset = 0.0
    for start, end in spans:
        found.append(Span(start, end, offset))
        offset += end - start
    return Window(index, offset, tuple(found))


def said(
    text: str, where: Window, failed_guard: Guard | None = None, times: tuple[tuple[float, float], ...] = ()
) -> Heard:
    attempt = Attempt(heard(text), text, 0.0, failed_guard)
    if not times:
        return Heard(where, attempt, proportional(text, 0.0, where.duration))
    words = tuple(WindowWord(*at, " " + word, 0.9) for at, word in zip(times, text.split(), strict=True))
    return Heard(where, attempt, words)
