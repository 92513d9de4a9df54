"""The same content and options are transcribed once, however many ask."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from infra.sandbox.waiting import wait_until
from tests.support.transcriber.engines import SETTINGS, held, marks, running, submit, transcript
from tests.support.transcriber.fakes import FakeBackend


async def test_the_same_content_is_transcribed_once(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        backend.unblocked.clear()
        runs = [submit(engine, clips[0], sha="abc"), submit(engine, clips[0], sha="abc", priority="bulk")]
        backend.unblocked.set()
        one, two = await asyncio.gather(*(transcript(run) for run in runs))
        after = await transcript(submit(engine, clips[0], sha="abc"))
    assert one == two == after
    assert len(backend.encoded) == 1


async def test_one_of_two_clients_that_leaves_does_not_stop_the_other(lecture_wav: Path, windows: int) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        leaving = submit(engine, lecture_wav, sha="abc")
        staying = submit(engine, lecture_wav, sha="abc")
        leaving.cancel()
        assert len((await transcript(staying)).segments) == windows


async def test_work_that_everybody_left_is_begun_anew(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        submit(engine, clips[0], sha="abc").cancel()
        assert (await transcript(submit(engine, clips[0], sha="abc"))).segments


@pytest.mark.parametrize("options", [{"language": "de"}, {"task": "translate"}, {"word_timestamps": True}])
async def test_other_options_are_other_work(clips: list[Path], options: dict[str, object]) -> None:
    backend = FakeBackend()
    async with running(backend) as engine:
        await transcript(submit(engine, clips[0], sha="abc"))
        await transcript(submit(engine, clips[0], sha="abc", **options))
    assert len(backend.encoded) == 2


async def test_work_in_bulk_that_a_person_asks_for_too_is_no_longer_bulk(clips: list[Path]) -> None:
    backend = FakeBackend()
    async with running(backend, replace(SETTINGS, batch_size=1)) as engine:
        first = await held(engine, backend, clips[0])
        bulk = [submit(engine, clip, sha=clip.stem, language="en", priority="bulk") for clip in clips[1:3]]
        await wait_until(lambda: backend.ready == 3)
        person = submit(engine, clips[2], sha=clips[2].stem, language="en")
        backend.unblocked.set()
        found = await asyncio.gather(*(transcript(run) for run in (first, *bulk, person)))
    order = [str(call.marks[0]) for call in backend.calls]
    assert order == [mark for answer in (found[0], found[2], found[1]) for mark in marks(answer)]
