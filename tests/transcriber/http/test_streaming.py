"""Answers written while the model works: heartbeats, early errors."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from transcriber.errors import NotAudio
from transcriber.http.streaming import opened, with_heartbeat

BEAT_S = 0.02


async def told(*parts: str | float | Exception) -> AsyncIterator[str]:
    """Strings come, numbers are seconds of silence, errors are raised."""
    for part in parts:
        if isinstance(part, Exception):
            raise part
        if isinstance(part, str):
            yield part
        else:
            await asyncio.sleep(part)


async def test_a_silence_is_filled_and_no_event_is_lost() -> None:
    heard = [event async for event in with_heartbeat(told("a", 5 * BEAT_S, "b", "c"), BEAT_S)]
    assert [event for event in heard if event] == ["a", "b", "c"]
    assert heard[0] == "a"
    assert heard.count(None) >= 2


async def test_an_error_passes_through() -> None:
    listening = with_heartbeat(told("a", NotAudio("x")), BEAT_S)
    assert await anext(listening) == "a"
    with pytest.raises(NotAudio):
        await anext(listening)


async def test_leaving_early_stops_what_was_listened_to() -> None:
    source = told("a", 100.0, "b")
    listening = with_heartbeat(source, BEAT_S)
    assert await anext(listening) == "a"
    assert await anext(listening) is None
    await listening.aclose()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - a generator
    with pytest.raises(StopAsyncIteration):
        await anext(source)


async def test_an_error_before_the_first_event_is_raised_before_the_answer_begins() -> None:
    with pytest.raises(NotAudio):
        await opened(told(NotAudio("x")), 1.0)


async def test_an_opened_stream_has_all_its_events() -> None:
    assert [event async for event in await opened(told("a", "b"), 1.0)] == ["a", "b"]


async def test_a_late_first_event_is_not_waited_for_too_long() -> None:
    events = await asyncio.wait_for(opened(told(5 * BEAT_S, "a", "b"), BEAT_S), 1)
    assert [event async for event in events] == ["a", "b"]
