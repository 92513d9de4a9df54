"""Which text a window is shown as the one before it: only what is believed; and when a job lets others go first."""

from pathlib import Path

import pytest

from tests.support.transcriber.fakes import heard
from transcriber.audio.windows import Window
from transcriber.engine.job import Job
from transcriber.engine.scheduling.rows import Row
from transcriber.model.quality import Attempt, Guard
from transcriber.schemas import MAX_PROMPT, Options
from transcriber.text.segmenter import Heard
from transcriber.text.word_times import proportional


class Conversation:
    """Windows of one job that go one by one, each shown the text before it."""

    def __init__(self) -> None:
        options = Options(language="en", prompt="On stars.", condition_on_previous_text=True)
        self.job = Job(Path(), options, 90.0, "fake")
        self._rows = [Row(self.job, Window(n, 30.0, ()), None) for n in range(9)]
        self._free = [free for row in self._rows for free in self.job.admit(row)]

    def hears(self, text: str, temperature: float = 0.0, failed_guard: Guard | None = None, **figures: float) -> str:
        """What the next window is shown, after the one in turn heard `text`."""
        attempt = Attempt(heard(text, **figures), text, temperature, failed_guard)
        self._free = self.job.became_final(Heard(self._free[0].window, attempt, proportional(text, 0.0, 30.0)))
        assert len(self._free) == 1
        return self._free[0].ask.previous


def test_text_that_is_believed_is_shown_after_the_prompt() -> None:
    talk = Conversation()
    assert talk.hears("The sun is a star.") == "On stars. The sun is a star."
    assert talk.hears("So it shines.", temperature=0.4) == "On stars. The sun is a star. So it shines."


@pytest.mark.parametrize(("temperature", "failed_guard"), [(0.0, "loop"), (0.2, "logprob"), (0.6, None)])
def test_text_that_is_not_believed_or_was_decoded_at_a_high_temperature_leaves_only_the_prompt(
    temperature: float, failed_guard: Guard | None
) -> None:
    talk = Conversation()
    talk.hears("The sun is a star.")
    assert talk.hears("star star star star", temperature, failed_guard) == "On stars."


def test_a_silent_window_leaves_the_text_before_it_standing() -> None:
    talk = Conversation()
    before = talk.hears("The sun is a star.")
    assert talk.hears("") == before
    assert talk.hears("Thank you.", avg_logprob=-2.0, no_speech_prob=0.9) == before


def test_the_text_before_stays_bounded() -> None:
    talk = Conversation()
    shown = [talk.hears("The sun is a star. " * 40) for _ in range(5)]
    assert len(shown[-1]) == MAX_PROMPT


async def test_a_job_is_bulk_while_nobody_waits_who_is_not() -> None:
    job = Job(Path(), Options(), 90.0, "fake")
    person, batch = (job.listen(name, 0.0, lambda _: None, name == "batch") for name in ("person", "batch"))
    person.on_yield = job.weigh
    assert not job.bulk
    person.let_others_go_first()
    assert job.bulk
    again = job.listen("person", 0.0, lambda _: None)
    assert not job.bulk
    job.leave(again)
    assert job.bulk
    assert batch.bulk
