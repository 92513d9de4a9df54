"""The step that turns a transcript into study material."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consumer.errors import LecternError
from consumer.material import StudyMaterial, Usage
from consumer.models import Progress, Source, Transcript
from consumer.study.check import Found, check
from consumer.study.merge import merge_cards, merge_quiz
from consumer.study.providers import StudyProvider
from consumer.study.schema import Chunk, Draft, StudyRequest
from consumer.study.split import shares, split, trusted, wanted_cards, wanted_items

MOST_CHUNKS_AT_ONCE = 4
LOWEST_COVERAGE = 0.5
"""Below this share of the speech the notes may miss what matters, and say so."""
NO_SPEECH = "No speech was understood in this video, so there is nothing to study."


@dataclass(frozen=True)
class ChunkDrafts:
    """What a provider wrote about one chunk."""

    chunk: Chunk
    drafts: tuple[Draft, ...]


async def write_study(
    transcript: Transcript, source: Source, provider: StudyProvider, on_progress: Progress
) -> StudyMaterial:
    """Split, ask, check every quote, merge. `on_progress` is told the share of requests answered.

    A lecture without speech gives no notes and a warning that says so, not an error. Raises TransientError or
    EnvironmentFault, once what was under way has been answered.
    """
    segments = trusted(transcript)
    cards = wanted_cards(segments)
    requests = _requests(split(segments), cards, source.title, transcript.language)
    written = await _ask_all(provider, requests, on_progress)
    return _material(transcript, source, provider, written, cards)


def _material(
    transcript: Transcript, source: Source, provider: StudyProvider, written: Sequence[ChunkDrafts], cards: int
) -> StudyMaterial:
    found = [check(each.chunk, each.drafts, transcript.language) for each in written]
    drafts = [draft for each in written for draft in each.drafts]
    lecture = source.youtube_id or f"file:{source.title}"
    said = (warning for draft in drafts for warning in draft.warnings)
    warnings = (*provider.warnings, *_about(transcript), *said, *_dropped(drafts, found))
    return StudyMaterial(
        provider=provider.name,
        model=provider.model,
        cards=merge_cards(lecture, [card for each in found for card in each.cards], cards),
        quiz=merge_quiz(lecture, [item for each in found for item in each.quiz], wanted_items(cards)),
        usage=_total(draft.usage for draft in drafts),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _requests(chunks: Sequence[Chunk], cards: int, title: str, language: str) -> list[tuple[StudyRequest, ...]]:
    """For each chunk its cards, then its quiz, so that the second finds the chunk in the provider's cache."""
    if not chunks:
        return []
    counts = zip(chunks, shares(chunks, cards), shares(chunks, wanted_items(cards)), strict=True)
    asked = [
        (StudyRequest("cards", some, chunk, title, language), StudyRequest("quiz", few, chunk, title, language))
        for chunk, some, few in counts
    ]
    return [pair for each in asked if (pair := tuple(request for request in each if request.count))]


async def _ask_all(
    provider: StudyProvider, requests: Sequence[tuple[StudyRequest, ...]], on_progress: Progress
) -> list[ChunkDrafts]:
    """All chunks, a few at a time. After a failure nothing new is asked, and what is under way is waited for:

    it is paid for, and the next attempt need not pay again. Then the first failure is raised.
    """
    slots = asyncio.Semaphore(MOST_CHUNKS_AT_ONCE)
    failures: list[LecternError] = []
    total, done = sum(map(len, requests)), 0

    async def write(request: StudyRequest) -> Draft | None:
        nonlocal done
        try:
            draft = None if failures else await provider.write(request)
        except LecternError as error:
            failures.append(error)
            return None
        done += 1
        on_progress(done / total)
        return draft

    async def ask(asked: tuple[StudyRequest, ...]) -> ChunkDrafts:
        async with slots:
            drafts = [await write(request) for request in asked]
        return ChunkDrafts(asked[0].chunk, tuple(draft for draft in drafts if draft))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(asked)) for asked in requests]
    if failures:
        raise failures[0]
    return [task.result() for task in tasks]


def _about(transcript: Transcript) -> Iterator[str]:
    """What a reader should know about the transcript before trusting the notes."""
    spoken = [segment for segment in transcript.segments if segment.text.strip()]
    unsure = len(spoken) - len(trusted(transcript))
    if not spoken:
        yield NO_SPEECH
    if unsure:
        yield f"{unsure} of {len(spoken)} passages were too unclear to make notes from."
    coverage = transcript.coverage
    if spoken and coverage.transcribed_s < LOWEST_COVERAGE * coverage.speech_s:
        share = coverage.transcribed_s / coverage.speech_s
        yield f"Only {share:.0%} of the speech was understood; the notes may miss important parts."


def _dropped(drafts: Iterable[Draft], found: Iterable[Found]) -> Iterator[str]:
    malformed, unproven = sum(draft.malformed for draft in drafts), sum(each.dropped for each in found)
    if malformed:
        yield f"Notes dropped because they were incomplete or had equal options: {malformed}."
    if unproven:
        yield f"Notes dropped because what they quote was not said in the lecture: {unproven}."


def _total(usages: Iterable[Usage]) -> Usage:
    counted = list(usages)
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in counted),
        output_tokens=sum(usage.output_tokens for usage in counted),
        cached_tokens=sum(usage.cached_tokens for usage in counted),
        cost_usd=round(sum(usage.cost_usd for usage in counted), 6),
    )
