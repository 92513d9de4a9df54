"""No answer of a language model is paid for twice, whatever happens between two attempts."""

import asyncio
import shutil
from pathlib import Path

import pytest

from consumer.errors import TransientError
from consumer.material import StudyMaterial, Usage
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.paid_once import Answer, paid_once
from consumer.pipeline.write_study import write_study
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.providers.refusals import Unreadable
from consumer.study.schema import Draft, StudyRequest
from infra.sandbox.waiting import wait_until
from tests.support.consumer.study_samples import TALK, FakeProvider, long_lecture

LECTURE = long_lecture(2_400)


class Attempts:
    """Writes the same lecture's material again and again; `bills` are what each attempt paid."""

    def __init__(self, provider: FakeProvider, folder: Path) -> None:
        self.bills: list[float] = []
        self.used: list[str] = []
        self.hurry = asyncio.Event()
        self._provider = provider
        self._folder = folder

    async def once_more(self) -> StudyMaterial:
        kept = Checkpoints(FolderCheckpoints(self._folder), "kept")
        provider = paid_once(self._provider, kept, self.paid, self.hurry)
        return await write_study(LECTURE, TALK, provider, lambda _: None)

    async def paid(self, answer: Answer) -> None:
        self.used.append(answer.key)
        if answer.is_new:
            self.bills.append(answer.usage.cost_usd)


def answer(_: StudyRequest) -> Draft:
    return Draft(usage=Usage(cost_usd=0.5))


def asked(provider: FakeProvider) -> list[tuple[str, int, int]]:
    """Each request by its task, the first line that it reads, and the first that it is about."""
    read = [request.chunk.segments[0].id if request.chunk.segments else -1 for request in provider.asked]
    return [(request.task, line, first(request)) for request, line in zip(provider.asked, read, strict=True)]


def notes(provider: FakeProvider) -> int:
    """How often notes were asked for, which is what costs here."""
    return sum(request.task in {"cards", "quiz"} for request in provider.asked)


def first(request: StudyRequest) -> int:
    return request.shares[0].first if request.shares else -1


async def test_an_attempt_after_a_failure_asks_only_what_is_left(tmp_path: Path) -> None:
    busy = [TransientError("Busy.")]

    def fail_once(request: StudyRequest) -> Draft:
        if first(request) > 0 and busy:
            raise busy.pop()
        return answer(request)

    provider = FakeProvider(fail_once)
    attempts = Attempts(provider, tmp_path)
    with pytest.raises(TransientError):
        await attempts.once_more()
    after_failure = len(asked(provider))
    material = await attempts.once_more()
    assert 1 < after_failure < len(set(asked(provider)))
    assert len(asked(provider)) == len(set(asked(provider))) + 1
    assert sum(attempts.bills) == material.usage.cost_usd == 0.5 * (notes(provider) - 1)


async def test_what_was_under_way_when_another_answer_failed_is_kept(tmp_path: Path) -> None:
    begun, failed = asyncio.Event(), asyncio.Event()

    class Slow(FakeProvider):
        async def write(self, request: StudyRequest) -> Draft:
            if not request.shares:
                return await super().write(request)
            if first(request) == 0 and not failed.is_set():
                await begun.wait()
                failed.set()
                raise TransientError("Busy.")
            begun.set()
            await failed.wait()
            return await super().write(request)

    provider = Slow(answer)
    attempts = Attempts(provider, tmp_path)
    with pytest.raises(TransientError):
        await attempts.once_more()
    assert [bill for bill in attempts.bills if bill] == [0.5] * notes(provider) != []
    await attempts.once_more()
    assert len(asked(provider)) == len(set(asked(provider)))


class Thinking(FakeProvider):
    """Answers when it may."""

    def __init__(self) -> None:
        super().__init__(answer)
        self.may_answer = asyncio.Event()

    async def write(self, request: StudyRequest) -> Draft:
        self.asked.append(request)
        await self.may_answer.wait()
        return answer(request)


async def test_answers_under_way_when_the_work_is_cancelled_are_waited_for_counted_and_kept(tmp_path: Path) -> None:
    provider = Thinking()
    attempts = Attempts(provider, tmp_path)
    attempt = asyncio.create_task(attempts.once_more())
    await wait_until(lambda: len(provider.asked) > 1)
    under_way = len(provider.asked)
    attempt.cancel()
    await asyncio.sleep(0)
    provider.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert attempts.bills == [0.5] * under_way
    await attempts.once_more()
    assert len(asked(provider)) == len(set(asked(provider)))
    assert len(set(attempts.used)) == len(attempts.bills), "each is told again, so that none stays uncounted"


async def test_in_a_hurry_no_answer_is_waited_for(tmp_path: Path) -> None:
    provider = Thinking()
    attempts = Attempts(provider, tmp_path)
    attempt = asyncio.create_task(attempts.once_more())
    await wait_until(lambda: len(provider.asked) > 1)
    attempt.cancel()
    attempts.hurry.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(attempt, 2)
    assert attempts.bills == []


async def test_an_answer_that_nobody_can_read_is_counted_each_time_it_was_paid_for(tmp_path: Path) -> None:
    garbled = 2

    def garble(request: StudyRequest) -> Draft:
        nonlocal garbled
        if first(request) == 0 and request.task == "cards" and garbled:
            garbled -= 1
            raise Unreadable("Nothing in it.", code="anthropic_empty", usage=Usage(cost_usd=0.3))
        return answer(request)

    attempts = Attempts(FakeProvider(garble), tmp_path)
    for _ in range(2):
        with pytest.raises(Unreadable):
            await attempts.once_more()
    material = await attempts.once_more()
    assert attempts.bills.count(0.3) == 2
    assert len(set(attempts.used)) == len(attempts.bills)
    assert sum(attempts.bills) == pytest.approx(material.usage.cost_usd + 0.6)


async def test_an_answer_that_was_lost_and_is_bought_again_is_counted_again(tmp_path: Path) -> None:
    attempts = Attempts(FakeProvider(answer), tmp_path)
    await attempts.once_more()
    shutil.rmtree(tmp_path)
    await attempts.once_more()
    await attempts.once_more()
    assert len(set(attempts.used)) == len(attempts.bills)


async def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    provider = FakeProvider(answer)
    attempts = Attempts(provider, tmp_path)
    await attempts.once_more()
    provider.model = "fake-2"
    await attempts.once_more()
    assert len(asked(provider)) == 2 * len(set(asked(provider)))


async def test_answers_that_cost_nothing_are_not_kept(tmp_path: Path) -> None:
    provider, attempts = ExtractiveProvider(), Attempts(FakeProvider(answer), tmp_path)
    assert paid_once(provider, Checkpoints(FolderCheckpoints(tmp_path), "kept"), attempts.paid) is provider
