"""Which rows make the next batch: the pure policy, without threads, model or clock of its own.

A batch mixes the windows of all requests. Interactive ones go before bulk; a request's first window before later
ones, so that its language and its first words are known early; then whoever has the least left to do, because half of
the requests then have their answer much sooner and the last of them no later
(https://en.wikipedia.org/wiki/Shortest_remaining_time); then whoever came first. Every fourth batch is a fairness
batch: half its rows go by turns, one row a turn, to the requests not served for longest, and the kind of row that was
passed over most leads it, so nothing starves. Rows of low confidence come back in a retry queue, at the
next temperature, under the same rules. Between two ordinary batches there is at most one other, a fairness batch or
one of retries, unless the retry queue holds more than memory allows: a newcomer's first window waits for two batches
at most, whatever else is queued.
"""

import math
from bisect import insort
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic

from transcriber.engine.scheduling.rows import OwnerT, Row
from transcriber.engine.scheduling.sharing import share

RETRY_WAIT_S = 0.2  # the retry queue fills up for at most this long
BATCHING_DELAY_S = 0.01  # of a batch under half its size while windows are on their way
FAIRNESS_EVERY = 4  # batches; in every fourth everybody's turn comes
ALIKE_S = 15.0  # a window leaves the batch with its last token, so that less makes no difference
LOOK_AHEAD = 2  # batches of candidates, from which rows of like duration are put together
MAX_RETRY_BATCHES = 4  # batches of low-confidence rows whose encoder output may be kept
RECOVERY = 32  # full batches without a fault before a size that was halved grows by a row again


class RowQueue(Generic[OwnerT]):
    """Rows that wait, by request, and whose turn it is."""

    def __init__(self) -> None:
        self._rows: dict[OwnerT, list[Row[OwnerT]]] = {}
        self._served: dict[OwnerT, int] = {}
        self._taken_s: dict[OwnerT, float] = {}
        self._passed: dict[Hashable, int] = {}
        self._turn = 0
        self._since_fairness = 0

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())

    @property
    def frames(self) -> list[int]:
        """At how many each of its rows is encoded, by which it costs."""
        return [row.frames for rows in self._rows.values() for row in rows]

    @property
    def oldest(self) -> float:
        """Since when its longest waiting row is ready, in seconds of the schedule's clock; there must be a row."""
        return min(row.since for rows in self._rows.values() for row in rows)

    @property
    def fairness_due(self) -> bool:
        """Whether the next batch should be the fourth, in which everybody's turn comes."""
        return self._since_fairness >= FAIRNESS_EVERY - 1

    def waiting(self, owner: OwnerT) -> int:
        """Rows of one request."""
        return len(self._rows.get(owner, ()))

    def add(self, row: Row[OwnerT]) -> None:
        """A row is ready; those of one request go in the file's order."""
        self._served.setdefault(row.owner, self._turn)
        insort(self._rows.setdefault(row.owner, []), row, key=lambda waiting: waiting.window.index)

    def drop(self, owner: OwnerT) -> None:
        """Forget a request."""
        self._rows.pop(owner, None)
        self._served.pop(owner, None)
        self._taken_s.pop(owner, None)

    def take(self, size: int, *, fair: bool) -> list[Row[OwnerT]]:
        """The next batch, at most `size` rows of one key; there must be a row. `fair` makes it a fairness batch."""
        ranked = self._ranked(size if fair else 0)
        lead = max(ranked, key=lambda row: self._passed.get(row.key, 0)) if fair else ranked[0]
        batch = _of_like_duration([row for row in ranked if row.key == lead.key], size)
        self._passed = {key: self._passed.get(key, 0) + 1 for key in {row.key for row in ranked} if key != lead.key}
        self._turn += 1
        self._since_fairness = 0 if fair else self._since_fairness + 1
        self._remove(batch)
        return batch

    def _ranked(self, fair_size: int) -> list[Row[OwnerT]]:
        """Its rows, the neediest first; before them half a fairness batch by turns alone."""
        places = [(place, row) for rows in self._rows.values() for place, row in enumerate(rows)]
        by_turns = sorted(places, key=lambda pair: (pair[0], self._served[pair[1].owner]))
        came = {owner: place for place, owner in enumerate(self._served)}
        needy = sorted(by_turns, key=lambda pair: self._need(pair[1], came))
        first = by_turns[: math.ceil(fair_size / 2)]
        return [row for _, row in first + [pair for pair in needy if pair not in first]]

    def _need(self, row: Row[OwnerT], came: dict[OwnerT, int]) -> tuple[bool, bool, float, int]:
        """The smaller, the sooner. What is in the model counts as done; first windows go by turns."""
        owner = row.owner
        if row.window.index == 0:
            return owner.bulk, False, 0.0, 0
        return owner.bulk, True, owner.audio_s - self._taken_s.get(owner, 0.0), came[owner]

    def _remove(self, batch: Iterable[Row[OwnerT]]) -> None:
        for row in batch:
            self._served[row.owner] = self._turn
            self._taken_s[row.owner] = self._taken_s.get(row.owner, 0.0) + row.window.duration
            rows = self._rows[row.owner]
            rows.remove(row)
            if not rows:
                del self._rows[row.owner]


class Schedule(Generic[OwnerT]):
    """Ready rows of all requests; `take` gives the next batch. Not thread-safe: its owner holds a lock.

    `batch_size` rows a batch at most, for `models` model threads; `clock` gives seconds that never go back.
    """

    def __init__(self, batch_size: int, clock: Callable[[], float], models: int = 1) -> None:
        self.batch_size = self._largest = batch_size
        self._models = models
        self._clock = clock
        self._fresh, self._retries = RowQueue[OwnerT](), RowQueue[OwnerT]()
        self._ordinary = True
        self._retry_limit = batch_size
        self._went_well = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._retries)

    @property
    def retry_size(self) -> int:
        """Rows of a batch of retries: sampling keeps several hypotheses a row."""
        return max(1, min(self._retry_limit, self.batch_size // 4))

    def shrink(self, rows: Sequence[Row[Any]]) -> None:
        """These rows did not fit into the device's memory: batches of their kind are half as large from now on."""
        half, self._went_well = (len(rows) + 1) // 2, 0
        if rows[0].again:
            self._retry_limit = min(self._retry_limit, half)
        else:
            self.batch_size = min(self.batch_size, half)

    def fitted(self, count: int) -> None:
        """So many rows fitted; after many full batches the sizes grow again: memory may have been short for once."""
        self._went_well += count >= self.batch_size
        if self._went_well >= RECOVERY:
            self._went_well = 0
            self.batch_size = min(self.batch_size + 1, self._largest)
            self._retry_limit = min(self._retry_limit + 1, self._largest)

    def waiting(self, owner: OwnerT) -> int:
        """Rows of one request that are ready."""
        return self._fresh.waiting(owner) + self._retries.waiting(owner)

    def add(self, row: Row[OwnerT]) -> None:
        """A row is ready."""
        row.since = self._clock()
        (self._retries if row.again else self._fresh).add(row)

    def drop(self, owner: OwnerT) -> int:
        """Forget a request; how many rows that freed."""
        dropped = self.waiting(owner)
        for queue in (self._fresh, self._retries):
            queue.drop(owner)
        return dropped

    def batching_delay_s(self, *, on_their_way: bool) -> float:
        """How long the model should still wait for more rows: never when half a batch is ready or none will come."""
        if not on_their_way or not len(self._fresh) or len(self) >= self.batch_size / 2:
            return 0.0
        return max(0.0, self._fresh.oldest + BATCHING_DELAY_S - self._clock())

    def take(self) -> list[Row[OwnerT]]:
        """The next batch, all rows of one key; empty when nothing is ready.

        Where there are several models, rows that do not fill a batch for each are shared out: the others are free soon.
        """
        if not len(self):
            return []
        if self._retries_are_due():
            self._ordinary = False
            return self._retries.take(self.retry_size, fair=self._retries.fairness_due)
        size = share(self._fresh.frames + self._retries.frames, self.batch_size, self._models)
        fair = self._fresh.fairness_due and self._ordinary
        self._ordinary = not fair
        return self._fresh.take(size, fair=fair)

    def _retries_are_due(self) -> bool:
        if not len(self._retries) or not len(self._fresh):
            return bool(len(self._retries))
        if not self._ordinary or self._fresh.fairness_due:
            return len(self._retries) > MAX_RETRY_BATCHES * self.batch_size
        return self._clock() - self._retries.oldest >= RETRY_WAIT_S or len(self._retries) >= self.retry_size


def _of_like_duration(ranked: list[Row[OwnerT]], size: int) -> list[Row[OwnerT]]:
    """Half a batch by rank; the rest by likeness and then by rank, for a batch lasts as long as its longest row."""
    first = ranked[: (size + 1) // 2]
    others = ranked[len(first) : LOOK_AHEAD * size]
    longest = max(row.window.duration for row in first)

    def unlikeness(row: Row[OwnerT]) -> tuple[bool, bool, float]:
        return row.owner.bulk, row.window.index > 0, abs(row.window.duration - longest) // ALIKE_S

    return first + sorted(others, key=unlikeness)[: size - len(first)]
