"""A window whose text is final but for stretches of speech that it left without words: they are heard again."""

from dataclasses import replace

from transcriber.text.second_look import inserted
from transcriber.text.segmenter import Heard
from transcriber.text.stretches import Stretch


class SecondLook:
    """Collects what is heard in stretches of one window, in its seconds. Not thread-safe: the backlog holds a lock.

    What leaves speech without words is heard once more in smaller stretches, of which there are `further` then.
    """

    def __init__(self) -> None:
        self._window: Heard | None = None
        self._left = 0

    def begin(self, heard: Heard, parts: int) -> None:
        """The window's own words, and how many stretches of it are to be heard again."""
        self._window, self._left = heard, parts

    def add(self, stretch: Stretch, part: Heard, further: int = 0) -> Heard | None:
        """A stretch was heard; gives the window once that was the last one.

        What is not believed is left out: the stretch stays a gap, and the answer says so.
        """
        window = self._window
        if window is None:
            raise AssertionError("a stretch is heard after its window")
        if part.words and part.attempt.failed_guard is None:
            words = inserted(window.words, part.words, stretch, window.window.duration)
            self._window = replace(window, words=words)
        self._left += further - 1
        return None if self._left else self._window
