"""How several models share rows that do not fill a batch for each of them."""

import heapq
from collections.abc import Sequence


def share(costs: Sequence[float], most: int, models: int) -> int:
    """Of rows with these costs, how many the next batch takes, `most` at most: as many as make the end no later.

    By a look ahead in which each row that is left goes to whichever model is free first, the dearest row first
    (https://en.wikipedia.org/wiki/Longest-processing-time-first_scheduling).
    """
    if models == 1 or len(costs) >= models * most:
        return most
    dearest = sorted(costs, reverse=True)

    def end(taken: int) -> float:
        loads = [0.0] * (models - 1) + [sum(dearest[:taken])]
        for cost in dearest[taken:]:
            heapq.heapreplace(loads, loads[0] + cost)
        return max(loads)

    return min(range(min(most, len(dearest)), 0, -1), key=end)
