"""No answer of a language model is paid for twice, whatever happens between two attempts."""

import asyncio
from pathlib import Path

import pytest

from consumer.errors import TransientError
from consumer.material import StudyMaterial, Usage
from consumer.pipeline.checkpoint import Checkpoints, FolderCheckpoints
from consumer.pipeline.paid_once import paid_once
from consumer.pipeline.write_study import write_study
from consumer.study.providers.extractive import ExtractiveProvider
from consumer.study.schema import Draft, StudyRequest
from tests.support.consumer.study_samples import TALK, FakeProvider, long_lecture

LECTURE = long_lecture(2_400)


class Attempts:
    """Writes the same lecture's material again and again; `bills` are what each attempt paid."""

    def __init__(self, provider: FakeProvider, folder: Path) -> None:
        self.bills: list[float] = []
        self._provider = provider
        self._folder = folder

    async def once_more(self) -> StudyMaterial:
        provider = paid_once(self._provider, Checkpoints(FolderCheckpoints(self._folder), "kept"), self.paid)
        return await write_study(LECTURE, TALK, provider, lambda _: None)

    async def paid(self, model: str, usage: Usage) -> None:
        self.bills.append(usage.cost_usd)


def answer(_: StudyRequest) -> Draft:
    return Draft(usage=Usage(cost_usd=0.5))


def asked(provider: FakeProvider) -> list[tuple[str, int]]:
    return [(request.task, request.chunk.number) for request in provider.asked]


async def test_an_attempt_after_a_failure_asks_only_what_is_left(tmp_path: Path) -> None:
    busy = [TransientError("Busy.")]

    def fail_once(request: StudyRequest) -> Draft:
        if request.chunk.number == 2 and busy:
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
    assert sum(attempts.bills) == material.usage.cost_usd == 0.5 * len(set(asked(provider)))


async def test_what_was_under_way_when_another_answer_failed_is_kept(tmp_path: Path) -> None:
    begun, failed = asyncio.Event(), asyncio.Event()

    class Slow(FakeProvider):
        async def write(self, request: StudyRequest) -> Draft:
            if request.chunk.number == 0 and not failed.is_set():
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
    assert attempts.bills == [0.5] * len(asked(provider)) != []
    await attempts.once_more()
    assert len(asked(provider)) == len(set(asked(provider)))


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
