"""When each frame plays by the file's own clock: a hole in it is silence, a jump is a join of two recordings."""

LEAST_GAP_S = 0.1  # containers round their times, and live streams jitter by less
MOST_GAP_S = 600.0  # a recording with its microphone off; a clock that jumps further was set anew
MOST_OVERLAP_S = 0.5  # a clock that goes back further was set anew


class Clock:
    """Follows one track; `start_s` is where the container's time begins, by its own clock."""

    def __init__(self, start_s: float) -> None:
        self._next_s = start_s

    def gap_before(self, at_s: float | None, duration_s: float) -> float:
        """Seconds of silence before a frame that claims to play `duration_s` from `at_s` (None: it does not say).

        0 after a jump back, or ahead by more than MOST_GAP_S: there another recording was joined on, whose first
        sound follows at once.
        """
        gap_s = 0.0 if at_s is None else at_s - self._next_s
        if not -MOST_OVERLAP_S <= gap_s <= MOST_GAP_S:
            self._next_s += gap_s
            gap_s = 0.0
        gap_s = gap_s if gap_s >= LEAST_GAP_S else 0.0
        self._next_s += gap_s + duration_s
        return gap_s
