"""Which rows make the next batch: the pure policy, without threads, model or clock of its own.

A batch mixes the windows of all requests. Requests take turns, one row a turn, those not served for longest first;
interactive ones go before bulk, and a request's first window before later ones, so that its language and its first
words are known early. In every fourth batch half the rows go by turns alone, and a kind of row that was passed over in
three batches leads the fourth: nothing starves. Rows whose text is doubted come back in a lane of their own, hotter;
that lane never takes two batches in a row while fresh rows wait, unless it holds more than memory allows.
"""

from bisect import insort
from collections.abc import Callable, Hashable, Sequence

from transcriber.rows import Owner, Row

RETRY_WAIT_S = 0.2  # the lane of doubted rows fills up for at most this long
COMPANY_WAIT_S = 0.01  # for a batch under half its size while windows are on their way
PATIENCE = 4  # batches; at the latest in the fourth everybody's turn has come
LOOK_AHEAD = 2  # batches of candidates, from which rows of like duration are put together
MAX_LANE = 4  # batches of doubted rows whose encoder output may be kept


class Schedule:
    """Ready rows of all requests; `take` gives the next batch. Not thread-safe: its owner holds a lock."""

    def __init__(self, batch_size: int, clock: Callable[[], float], models: int = 1) -> None:
        self.batch_size = batch_size
        self._models = models
        self._clock = clock
        self._fresh: dict[Owner, list[Row]] = {}
        self._lane: list[Row] = []
        self._served: dict[Owner, int] = {}
        self._passed: dict[Hashable, int] = {}
        self._turn = 0
        self._lane_had_it = False
        self._lane_limit = batch_size

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._fresh.values()) + len(self._lane)

    @property
    def retry_size(self) -> int:
        """Rows of a batch of the lane: sampling keeps several hypotheses a row."""
        return max(1, min(self._lane_limit, self.batch_size // 4))

    def shrink(self, rows: Sequence[Row]) -> None:
        """These rows did not fit into the device's memory: batches of their kind are half as large from now on."""
        half = (len(rows) + 1) // 2
        if rows[0].again:
            self._lane_limit = half
        else:
            self.batch_size = half

    def waiting(self, owner: Owner) -> int:
        """Rows of one request that are ready."""
        return len(self._fresh.get(owner, ())) + sum(row.owner is owner for row in self._lane)

    def add(self, row: Row) -> None:
        """A row is ready."""
        row.since = self._clock()
        if row.again:
            self._lane.append(row)
        else:
            self._served.setdefault(row.owner, self._turn)
            insort(self._fresh.setdefault(row.owner, []), row, key=lambda waiting: waiting.window.index)

    def drop(self, owner: Owner) -> int:
        """Forget a request; how many rows that freed."""
        dropped = self.waiting(owner)
        self._fresh.pop(owner, None)
        self._served.pop(owner, None)
        self._lane = [row for row in self._lane if row.owner is not owner]
        return dropped

    def company_wait_s(self, *, on_their_way: bool) -> float:
        """How long the model should still wait for more rows: never when half a batch is ready or none will come."""
        if not on_their_way or not self._fresh or len(self) >= self.batch_size / 2:
            return 0.0
        oldest = min(rows[0].since for rows in self._fresh.values())
        return max(0.0, oldest + COMPANY_WAIT_S - self._clock())

    def take(self) -> list[Row]:
        """The next batch, all rows of one key; empty when nothing is ready.

        Where there are several models, rows that do not fill a batch for each are shared out: the others are free soon.
        """
        self._lane_had_it = self._lane_is_due()
        size = min(self.batch_size, -(-len(self) // self._models))
        batch = self._from_lane() if self._lane_had_it else self._from_fresh(size)
        for row in batch:
            self._remove(row)
        self._turn += bool(batch) and not self._lane_had_it
        return batch

    def _lane_is_due(self) -> bool:
        if not self._lane or not self._fresh:
            return bool(self._lane)
        if self._lane_had_it:
            return len(self._lane) > MAX_LANE * self.batch_size
        overdue = self._clock() - min(row.since for row in self._lane) >= RETRY_WAIT_S
        return overdue or len(self._lane) >= self.retry_size

    def _from_lane(self) -> list[Row]:
        oldest = min(self._lane, key=lambda row: row.since)
        return [row for row in self._lane if row.key == oldest.key][: self.retry_size]

    def _from_fresh(self, size: int) -> list[Row]:
        ranked = self._ranked()
        if not ranked:
            return []
        lead = self._lead(ranked)
        alike = [row for row in ranked if row.key == lead.key]
        self._count_passed({row.key for row in ranked}, lead.key)
        return self._of_like_duration(alike, size)

    def _ranked(self) -> list[Row]:
        """Fresh rows, the neediest first; every fourth time half a batch by turns alone comes before them."""
        places = [(place, row) for rows in self._fresh.values() for place, row in enumerate(rows)]
        by_turns = sorted(places, key=lambda pair: (pair[0], self._served[pair[1].owner]))
        needy = sorted(by_turns, key=lambda pair: (pair[1].owner.bulk, pair[1].window.index > 0))
        if self._turn % PATIENCE == PATIENCE - 1:
            patient = by_turns[: max(1, self.batch_size // 2)]
            needy = patient + [pair for pair in needy if pair not in patient]
        return [row for _, row in needy]

    def _lead(self, ranked: Sequence[Row]) -> Row:
        """The row whose key the batch has: the neediest, unless some key was passed over too often."""
        overlooked = max(ranked, key=lambda row: self._passed.get(row.key, 0))
        return overlooked if self._passed.get(overlooked.key, 0) >= PATIENCE - 1 else ranked[0]

    def _count_passed(self, present: set[Hashable], chosen: Hashable) -> None:
        self._passed = {key: self._passed.get(key, 0) + 1 for key in present if key != chosen}

    def _of_like_duration(self, ranked: list[Row], size: int) -> list[Row]:
        """Half a batch by rank; the rest by likeness, for a batch lasts as long as its longest row."""
        sure = ranked[: (size + 1) // 2]
        others = ranked[len(sure) : LOOK_AHEAD * size]
        longest = max(row.window.duration for row in sure)

        def unlikeness(row: Row) -> tuple[bool, bool, float]:
            return row.owner.bulk, row.window.index > 0, abs(row.window.duration - longest)

        return sure + sorted(others, key=unlikeness)[: size - len(sure)]

    def _remove(self, row: Row) -> None:
        if row.again:
            self._lane.remove(row)
            return
        rows = self._fresh[row.owner]
        rows.remove(row)
        self._served[row.owner] = self._turn + 1
        if not rows:
            del self._fresh[row.owner]
