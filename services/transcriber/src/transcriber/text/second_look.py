"""Speech that a window left without words: where it is, and its place in the text once it has been heard again.

Decoded without time tokens a model may skip a sentence between two others with the best of confidence: no guard sees
that, only the times of the words around it. The same sentence, cut out, is heard at once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from transcriber.audio.windows import Window
from transcriber.model.backend import WindowWord
from transcriber.text.sentences import SPACELESS
from transcriber.text.stretches import Stretch, joined, length_s, overlap_s, without

NEAR_S = 0.5  # around a word: times from the model's attention are no better
WORD_S, CHARACTER_S = 1.0, 0.2  # what a word may account for: guessed times, and scripts without spaces, are rough
QUICKEST, QUICKEST_SPACELESS = 18.0, 6.0  # letters a second of quick speakers
WHOLE = 0.9  # of a window
MIN_HALVED_S = 6.0
MIDDLE = 0.25, 0.75  # of a window: where it may be cut into halves
MIN_LOST_S = 1.5  # of speech without words: then it is heard again
NEARER_S = 1.0  # stretches this near to each other are heard as one
MOST_WIDER_S = 5.0  # on either side, to the nearest pause
AROUND_S = 0.3  # kept on both sides
MOST = 8  # stretches of one window
SAME_WORDS = 4  # at an edge, that both texts may have
SAME_S = 1.0  # two words that are further apart are said twice


def accounted(start: float, end: float, text: str) -> Stretch:
    """What a word accounts for of the speech around it."""
    longest_s = WORD_S + CHARACTER_S * len(text.strip())
    return start - NEAR_S, min(end, start + longest_s) + NEAR_S


def lost(window: Window, words: Iterable[WindowWord]) -> list[Stretch]:
    """Stretches to hear again, in seconds of the window: its speech during which none of its `words` was said."""
    left = without(window.speech, joined(accounted(word.start, word.end, word.text) for word in words))
    found = [each for each in joined(left, NEARER_S) if overlap_s(left, each) >= MIN_LOST_S]
    whole = joined(_whole(each, window.speech) for each in found[:MOST])
    return [(max(0.0, start - AROUND_S), min(window.duration, end + AROUND_S)) for start, end in whole]


def _whole(stretch: Stretch, speech: Iterable[Stretch]) -> Stretch:
    """The stretch, from the pause before it to the pause after it: half a sentence is heard badly.

    Its neighbours account for some of it, and a decoder that skips makes one sentence of the ends of two.
    """
    start, end = stretch
    for first, last in speech:
        start = first if first <= start <= min(last, first + MOST_WIDER_S) else start
        end = last if max(first, last - MOST_WIDER_S) <= end <= last else end
    return start, end


def in_halves(
    stretches: Iterable[Stretch], window: Window, quietest_s: Callable[[float, float], float]
) -> list[Stretch]:
    """The stretches, but halves of the window for one that is all of it: as a whole it has just been decoded.

    It is cut in the pause that is nearest to the middle, else at the `quietest_s` between two seconds of the window.
    Where the halves would be short there are none.
    """
    whole = WHOLE * window.duration
    return [
        each
        for stretch in stretches
        for each in (_halves(window, quietest_s) if stretch[1] - stretch[0] > whole else [stretch])
    ]


def may_have_lost(window: Window, text: str) -> bool:
    """Whether so little text for so much speech may lack a sentence; what nobody will see times of is not aligned else.

    Judged by the pace of quick speakers: whoever talks slowly is aligned without need, and nobody loses anything.
    """
    pace = QUICKEST_SPACELESS if SPACELESS.search(text) else QUICKEST
    return length_s(window.speech) - len(text.replace(" ", "")) / pace >= MIN_LOST_S


def inserted(
    words: Sequence[WindowWord], found: Sequence[WindowWord], stretch: Stretch, window_s: float
) -> tuple[WindowWord, ...]:
    """The words of a window of `window_s` with those `found` in a stretch of it, which have times from its start.

    They take the place of the stretch's former words. Words at the edges that both texts have are taken once; the word
    before ends where those found begin.
    """
    if not found:
        return tuple(words)
    start = stretch[0] + AROUND_S if stretch[0] > 0 else 0.0
    end = stretch[1] - AROUND_S if stretch[1] < window_s else window_s
    moved = [replace(word, start=stretch[0] + word.start, end=stretch[0] + word.end) for word in found]
    before = [word for word in words if _middle(word) < start]
    after = [word for word in words if _middle(word) > end]
    moved = moved[_same(before, moved) :]
    moved = moved[: len(moved) - _same(moved, after)]
    if before and moved:
        before[-1] = replace(before[-1], end=max(before[-1].start, min(before[-1].end, moved[0].start)))
    return (*before, *moved, *after)


def _halves(window: Window, quietest_s: Callable[[float, float], float]) -> list[Stretch]:
    if window.duration < MIN_HALVED_S:
        return []
    first, last = (share * window.duration for share in MIDDLE)
    pauses = [(one[1] + two[0]) / 2 for one, two in pairwise(window.speech)]
    near = [pause for pause in pauses if first < pause < last]
    cut = min(near, key=lambda pause: abs(pause - window.duration / 2)) if near else quietest_s(first, last)
    return [(0.0, cut + AROUND_S), (cut - AROUND_S, window.duration)]


def _middle(word: WindowWord) -> float:
    return (word.start + word.end) / 2


def _same(before: Sequence[WindowWord], after: Sequence[WindowWord]) -> int:
    """How many words end the one text and begin the other, at about the same time: else they are said twice."""
    most = min(SAME_WORDS, len(before), len(after))
    pairs = ((count, zip(before[len(before) - count :], after[:count], strict=True)) for count in range(most, 0, -1))
    return next((count for count, both in pairs if all(_is_same(*pair) for pair in both)), 0)


def _is_same(one: WindowWord, two: WindowWord) -> bool:
    return _letters(one) == _letters(two) and abs(one.start - two.start) < SAME_S


def _letters(word: WindowWord) -> str:
    return "".join(letter for letter in word.text.lower() if letter.isalnum())
