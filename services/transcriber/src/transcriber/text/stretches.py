"""Stretches of time, (start, end) in seconds, in order and apart from each other; what is left when some are taken."""

from collections.abc import Iterable

Stretch = tuple[float, float]


def length_s(stretches: Iterable[Stretch]) -> float:
    """Seconds of all of them together."""
    return sum(end - start for start, end in stretches)


def joined(stretches: Iterable[Stretch], nearer_s: float = 0.0) -> list[Stretch]:
    """As one those that overlap, touch, or are at most `nearer_s` apart; they come in order of their start."""
    found: list[Stretch] = []
    for start, end in stretches:
        if found and start <= found[-1][1] + nearer_s:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches where the `taken` ones are taken out."""
    left: list[Stretch] = []
    others = iter(taken)
    other = next(others, None)
    for start, end in stretches:
        at = start
        while other and other[0] < end:
            left += [(at, other[0])] if other[0] > at else []
            at = max(at, other[1])
            if other[1] > end:
                break
            other = next(others, None)
        left += [(at, end)] if at < end else []
    return left


def overlap_s(stretches: Iterable[Stretch], other: Stretch) -> float:
    """Seconds of the stretches that are in the other one."""
    return sum(max(0.0, min(end, other[1]) - max(start, other[0])) for start, end in stretches)
