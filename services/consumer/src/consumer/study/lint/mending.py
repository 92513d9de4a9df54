"""Repairs what can be repaired in a quiz, and leaves out what cannot."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.material import QuizItem
from consumer.study.lint.flaws import flaws, numbers_of
from consumer.study.lint.together import crowded, given_away, repeated
from consumer.study.lint.wordings import NEGATIVE_WORD


@dataclass(frozen=True)
class Mended:
    """The items that remain, in their order, and how many were left out for which rule."""

    quiz: tuple[QuizItem, ...]
    dropped: dict[str, int]


def mend(quiz: Sequence[QuizItem]) -> Mended:
    """Negations in capitals, numbers in order, keys in every position; an item that still gives itself away goes."""
    dropped: Counter[str] = Counter()
    kept: list[QuizItem] = []
    for item in map(_repaired, quiz):
        broken = list(flaws(item))
        if broken:
            dropped[broken[0]] += 1
        else:
            kept.append(item)
    for rule, find in (("duplicate", repeated), ("given_away", given_away)):
        bad = find(kept)
        dropped[rule] += len(bad)
        kept = [item for item in kept if item.id not in bad]
    return Mended(
        tuple(balanced(kept) if crowded(kept) else kept), {rule: count for rule, count in dropped.items() if count}
    )


def balanced(quiz: Sequence[QuizItem]) -> list[QuizItem]:
    """Each key where keys stand least often so far; numbers stay in order, whatever their key's position."""
    fixed = Counter(item.key for item in quiz if numbers_of(item) is not None)
    made: list[QuizItem] = []
    for item in quiz:
        if numbers_of(item) is None:
            place = min(range(4), key=lambda position: (fixed[position], (position - item.key) % 4))
            fixed[place] += 1
            made.append(_swapped(item, place))
        else:
            made.append(item)
    return made


def _repaired(item: QuizItem) -> QuizItem:
    broken = set(flaws(item))
    if "negation" in broken:
        item = item.model_copy(update={"stem": _emphasised(item.stem)})
    return _sorted(item) if "order" in broken else item


def _emphasised(stem: str) -> str:
    """The negation in capitals: the last one, which is the question's own."""
    found = list(NEGATIVE_WORD.finditer(stem))
    if not found:
        return stem
    last = found[-1]
    return stem[: last.start()] + last.group().upper() + stem[last.end() :]


def _sorted(item: QuizItem) -> QuizItem:
    values = numbers_of(item)
    return _arranged(item, sorted(range(4), key=values.__getitem__)) if values else item


def _swapped(item: QuizItem, place: int) -> QuizItem:
    order = list(range(4))
    order[item.key], order[place] = order[place], order[item.key]
    return _arranged(item, order)


def _arranged(item: QuizItem, order: Sequence[int]) -> QuizItem:
    a, b, c, d = order
    return item.model_copy(
        update={
            "options": (item.options[a], item.options[b], item.options[c], item.options[d]),
            "why_wrong": (item.why_wrong[a], item.why_wrong[b], item.why_wrong[c], item.why_wrong[d]),
            "key": list(order).index(item.key),
        }
    )
