"""A window whose text is final but for stretches of speech that it left without words: they are heard again."""

from dataclasses import replace

from transcriber.text.second_look import inserted
from transcriber.text.segmenter import Heard
from transcriber.text.stretches import Stretch


class SecondLook:
    """Collects what is heard in the `parts` stretches of one window. Not thread-safe: the backlog holds a lock."""

    def __init__(self, heard: Heard, parts: int) -> None:
        self._heard = heard
        self._left = parts

    def add(self, stretch: Stretch, part: Heard) -> Heard | None:
        """A stretch, in seconds of the window, is final; gives the window once that was the last one.

        What is not believed is left out: the stretch stays a gap, and the answer says so.
        """
        if part.words and part.attempt.failed_guard is None:
            words = inserted(self._heard.words, part.words, stretch)
            self._heard = replace(self._heard, words=words)
        self._left -= 1
        return None if self._left else self._heard
