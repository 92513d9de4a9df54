"""Which rows make the next batch: the pure policy, without threads, model or clock of its own.

A batch mixes the windows of all requests. Requests take turns, one row a turn, those not served for longest first;
interactive ones go before bulk, and a request's first window before later ones, so that its language and its first
words are known early. In every fourth batch half the rows go by turns alone, and the kind of row that was passed over
most leads it: nothing starves. Rows whose text is doubted come back in a lane of their own, hotter, under the same
rules. Between two ordinary batches there is at most one of the others, a patient one or one of the lane's, unless the
lane holds more than memory allows: a newcomer's first window waits for two batches at most, whatever else is queued.
"""

from bisect import insort
from collections.abc import Callable, Hashable, Iterable, Sequence

from transcriber.engine.scheduling.rows import Owner, Row

RETRY_WAIT_S = 0.2  # the lane of doubted rows fills up for at most this long
COMPANY_WAIT_S = 0.01  # for a batch under half its size while windows are on their way
PATIENCE = 4  # batches; in every fourth everybody's turn comes
LOOK_AHEAD = 2  # batches of candidates, from which rows of like duration are put together
MAX_LANE = 4  # batches of doubted rows whose encoder output may be kept
RECOVERY = 32  # full batches without a fault before a size that was halved grows by a row again


class Line:
    """Rows that wait, by request, and whose turn it is."""

    def __init__(self) -> None:
        self._rows: dict[Owner, list[Row]] = {}
        self._served: dict[Owner, int] = {}
        self._passed: dict[Hashable, int] = {}
        self._turn = 0
        self._since_patient = 0

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())

    @property
    def oldest(self) -> float:
        """Since when its longest waiting row is ready."""
        return min(row.since for rows in self._rows.values() for row in rows)

    @property
    def patience_due(self) -> bool:
        """Whether the next batch should be the fourth, in which everybody's turn comes."""
        return self._since_patient >= PATIENCE - 1

    def waiting(self, owner: Owner) -> int:
        """Rows of one request."""
        return len(self._rows.get(owner, ()))

    def add(self, row: Row) -> None:
        """A row is ready; those of one request go in the file's order."""
        self._served.setdefault(row.owner, self._turn)
        insort(self._rows.setdefault(row.owner, []), row, key=lambda waiting: waiting.window.index)

    def drop(self, owner: Owner) -> None:
        """Forget a request."""
        self._rows.pop(owner, None)
        self._served.pop(owner, None)

    def take(self, size: int, *, patient: bool) -> list[Row]:
        """The next batch, all rows of one key; there must be a row."""
        ranked = self._ranked(size if patient else 0)
        lead = max(ranked, key=lambda row: self._passed.get(row.key, 0)) if patient else ranked[0]
        batch = _of_like_duration([row for row in ranked if row.key == lead.key], size)
        self._passed = {key: self._passed.get(key, 0) + 1 for key in {row.key for row in ranked} if key != lead.key}
        self._turn += 1
        self._since_patient = 0 if patient else self._since_patient + 1
        self._remove(batch)
        return batch

    def _ranked(self, patient_size: int) -> list[Row]:
        """Its rows, the neediest first; before them half a patient batch by turns alone."""
        places = [(place, row) for rows in self._rows.values() for place, row in enumerate(rows)]
        by_turns = sorted(places, key=lambda pair: (pair[0], self._served[pair[1].owner]))
        needy = sorted(by_turns, key=lambda pair: (pair[1].owner.bulk, pair[1].window.index > 0))
        patient = by_turns[: -(-patient_size // 2)]
        return [row for _, row in patient + [pair for pair in needy if pair not in patient]]

    def _remove(self, batch: Iterable[Row]) -> None:
        for row in batch:
            self._served[row.owner] = self._turn
            rows = self._rows[row.owner]
            rows.remove(row)
            if not rows:
                del self._rows[row.owner]


class Schedule:
    """Ready rows of all requests; `take` gives the next batch. Not thread-safe: its owner holds a lock."""

    def __init__(self, batch_size: int, clock: Callable[[], float], models: int = 1) -> None:
        self.batch_size = self._largest = batch_size
        self._models = models
        self._clock = clock
        self._fresh, self._lane = Line(), Line()
        self._ordinary = True
        self._lane_limit = batch_size
        self._went_well = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._lane)

    @property
    def retry_size(self) -> int:
        """Rows of a batch of the lane: sampling keeps several hypotheses a row."""
        return max(1, min(self._lane_limit, self.batch_size // 4))

    def shrink(self, rows: Sequence[Row]) -> None:
        """These rows did not fit into the device's memory: batches of their kind are half as large from now on."""
        half, self._went_well = (len(rows) + 1) // 2, 0
        if rows[0].again:
            self._lane_limit = min(self._lane_limit, half)
        else:
            self.batch_size = min(self.batch_size, half)

    def fitted(self, rows: Sequence[Row]) -> None:
        """These rows fitted; after many full batches the sizes grow again, for memory may have been short for once."""
        self._went_well += len(rows) >= self.batch_size
        if self._went_well >= RECOVERY:
            self._went_well = 0
            self.batch_size = min(self.batch_size + 1, self._largest)
            self._lane_limit = min(self._lane_limit + 1, self._largest)

    def waiting(self, owner: Owner) -> int:
        """Rows of one request that are ready."""
        return self._fresh.waiting(owner) + self._lane.waiting(owner)

    def add(self, row: Row) -> None:
        """A row is ready."""
        row.since = self._clock()
        (self._lane if row.again else self._fresh).add(row)

    def drop(self, owner: Owner) -> int:
        """Forget a request; how many rows that freed."""
        dropped = self.waiting(owner)
        for line in (self._fresh, self._lane):
            line.drop(owner)
        return dropped

    def company_wait_s(self, *, on_their_way: bool) -> float:
        """How long the model should still wait for more rows: never when half a batch is ready or none will come."""
        if not on_their_way or not len(self._fresh) or len(self) >= self.batch_size / 2:
            return 0.0
        return max(0.0, self._fresh.oldest + COMPANY_WAIT_S - self._clock())

    def take(self) -> list[Row]:
        """The next batch, all rows of one key; empty when nothing is ready.

        Where there are several models, rows that do not fill a batch for each are shared out: the others are free soon.
        """
        if not len(self):
            return []
        if self._lane_is_due():
            self._ordinary = False
            return self._lane.take(self.retry_size, patient=self._lane.patience_due)
        size = min(self.batch_size, -(-len(self) // self._models))
        patient = self._fresh.patience_due and self._ordinary
        self._ordinary = not patient
        return self._fresh.take(size, patient=patient)

    def _lane_is_due(self) -> bool:
        if not len(self._lane) or not len(self._fresh):
            return bool(len(self._lane))
        if not self._ordinary or self._fresh.patience_due:
            return len(self._lane) > MAX_LANE * self.batch_size
        return self._clock() - self._lane.oldest >= RETRY_WAIT_S or len(self._lane) >= self.retry_size


def _of_like_duration(ranked: list[Row], size: int) -> list[Row]:
    """Half a batch by rank; the rest by likeness, for a batch lasts as long as its longest row."""
    sure = ranked[: (size + 1) // 2]
    others = ranked[len(sure) : LOOK_AHEAD * size]
    longest = max(row.window.duration for row in sure)

    def unlikeness(row: Row) -> tuple[bool, bool, float]:
        return row.owner.bulk, row.window.index > 0, abs(row.window.duration - longest)

    return sure + sorted(others, key=unlikeness)[: size - len(sure)]
