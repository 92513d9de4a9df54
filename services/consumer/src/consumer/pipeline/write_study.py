"""The step that turns a transcript into study material: outline, allocate, write, prove, verify, merge."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from consumer.errors import PolicyError
from consumer.material import Outline, StudyMaterial
from consumer.models import Progress, Source, Transcript
from consumer.pipeline.notes.asking import MOST_AT_ONCE, MOST_ORDERED, Desk, total
from consumer.pipeline.notes.judge import UNJUDGED, judge_notes
from consumer.pipeline.notes.outline import outline_lecture
from consumer.pipeline.notes.write import Lecture, Notes, write_chunk
from consumer.study.allocate import Assignment, assign
from consumer.study.cost.estimate import estimate_usd, wanted
from consumer.study.lint.mending import mend
from consumer.study.merge import merge_cards, merge_quiz
from consumer.study.plan import ORDINARY, StudyPlan
from consumer.study.providers import StudyProvider
from consumer.study.providers.refusals import Refused, TooLong
from consumer.study.providers.registry import price_of
from consumer.study.schema import Chunk
from consumer.study.split import LEAST_TOKENS, parts, readable_tokens, trusted

LOWEST_COVERAGE = 0.5
"""Below this share of the speech the notes may miss what matters, and say so."""
log = structlog.get_logger()
UNWRITTEN = "No cards and no quiz could be written, the transcript is complete all the same. {error}"
NO_SPEECH = "No speech was understood in this video, so there is nothing to study."
FIRST_CONTEXT_TOKENS = 64_000
"""What is halved first, where a model takes less than it was sent and does not say how much."""
OUTLINED, WRITTEN, JUDGED = 0.15, 0.75, 1.0
"""The progress when a stage ends."""
SAYS = {
    "malformed": "they were incomplete or had equal options",
    "not said": "what they quote was not said in the lecture",
    "not supported": "what they quote does not prove the answer",
    "partly supported": "what they quote proves only a part of the answer",
    "two answers": "more than one option could be defended",
    "guessable": "they can be answered without the lecture",
    "not judged": "the second pass gave no verdict on them",
    "too many": "more were written than asked for",
    "repeated": "another one asks the same",
    "flawed": "their wording gives the answer away",
}
"""Why notes are dropped, by what `StudyMaterial.dropped` calls it."""


@dataclass(frozen=True)
class Drafted:
    """What was written about a lecture, before it becomes the asset."""

    outline: Outline | None
    notes: Sequence[Notes]
    verified: bool
    warnings: tuple[str, ...]


async def write_study(
    transcript: Transcript,
    source: Source,
    provider: StudyProvider,
    on_progress: Progress,
    plan: StudyPlan = ORDINARY,
) -> StudyMaterial:
    """See the whole, share out, write, check every quote, have it judged, merge.

    `on_progress` is told the share of requests answered. A lecture without speech gives no notes and a warning that
    says so, not an error; neither is a model that refuses. One that takes less than it was sent is sent less. Raises
    PolicyError where it would cost too much; TransientError or EnvironmentFault, once what was under way is answered.
    """
    while True:
        desk = Desk(provider, on_progress, MOST_ORDERED if plan.batched else MOST_AT_ONCE)
        lecture = Lecture(trusted(transcript), source.title, transcript.language, plan)
        try:
            drafted = await _write(lecture, provider, desk)
        except TooLong as error:
            if (less := _less(plan.context_tokens, error)) is not None:
                plan = replace(plan, context_tokens=less)
                continue
            drafted = _nothing(error)
        except Refused as error:
            drafted = _nothing(error)
        return _material(transcript, source, provider, desk, drafted)


async def _write(lecture: Lecture, provider: StudyProvider, desk: Desk) -> Drafted:
    if provider.name == "extractive":
        return await _extract(lecture, desk)
    plan = lecture.plan
    read = parts(lecture.segments, plan.context_tokens)
    _check_cost(read, provider, plan)
    outline, warnings = await outline_lecture(lecture, read, desk, until=OUTLINED)
    assigned = assign(read, outline, plan)
    if plan.batched:
        assigned = [replace(each, part=each.chunk) for each in assigned]  # nobody pays for the whole anew each time
    write = partial(write_chunk, lecture, outline, desk)
    notes = await desk.each(assigned, write, requests=2 * len(assigned), until=WRITTEN if plan.verify else JUDGED)
    verified = False
    if plan.verify:
        notes, verified = await judge_notes(lecture, outline, assigned, notes, desk)
        warnings = warnings if verified or not notes else (*warnings, UNJUDGED)
    return Drafted(outline, notes, verified, (*warnings, *_silent(assigned, notes, outline)))


async def _extract(lecture: Lecture, desk: Desk) -> Drafted:
    """Without a language model: the lecture is read as one, and what it does not give is not asked for again."""
    whole = parts(lecture.segments, None)[:1] and [Chunk(0, lecture.segments)]
    outline, _ = await outline_lecture(lecture, whole, desk, until=OUTLINED)
    assigned = assign(whole, None, lecture.plan)
    one = [merged(assigned)] if assigned else []
    notes = await desk.each(one, partial(write_chunk, lecture, None, desk), requests=2, until=JUDGED)
    return Drafted(outline, notes, False, ())


def merged(assigned: Sequence[Assignment]) -> Assignment:
    """One assignment of all that stand in one part."""
    first = assigned[0]
    cards = tuple(share for each in assigned for share in each.cards)
    return Assignment(first.part, first.part, cards, tuple(share for each in assigned for share in each.quiz))


def _material(
    transcript: Transcript, source: Source, provider: StudyProvider, desk: Desk, drafted: Drafted
) -> StudyMaterial:
    found_cards = [card for each in drafted.notes for card in each.cards]
    found_quiz = [item for each in drafted.notes for item in each.quiz]
    lecture = source.youtube_id or f"file:{source.title}"
    cards = merge_cards(lecture, found_cards, len(found_cards), drafted.outline)
    merged_quiz = merge_quiz(lecture, found_quiz, len(found_quiz), drafted.outline)
    repeated = len(found_cards) + len(found_quiz) - len(cards) - len(merged_quiz)
    mended = mend(merged_quiz)
    dropped = _dropped(drafted.notes, repeated, sum(mended.dropped.values()), desk)
    said = (warning for draft in desk.drafts for warning in draft.warnings)
    warnings = (*provider.warnings, *_about(transcript), *said, *drafted.warnings, *_told(dropped))
    return StudyMaterial(
        provider=provider.name,
        model=provider.model,
        cards=cards,
        quiz=mended.quiz,
        outline=drafted.outline,
        verified=drafted.verified,
        usage=total(desk.usage.values()),
        stages=desk.usage,
        dropped=dropped,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _check_cost(read: Sequence[Chunk], provider: StudyProvider, plan: StudyPlan) -> None:
    """Raises PolicyError where the estimate is over the cap. A model without a known price cannot be estimated."""
    price = price_of(provider.name, provider.model)
    if plan.max_cost_usd is None or price is None or not read:
        return
    judge = (price_of(provider.name, plan.judge_model or provider.model) or price) if plan.verify else None
    cards, items = wanted(assign(read, None, plan))
    estimate = estimate_usd(read, cards, items, price, judge, batched=plan.batched)
    if estimate > plan.max_cost_usd:
        words = (
            f"Cards and quiz for this lecture would cost about {estimate:.2f} US dollars with {provider.model}, "
            f"more than the {plan.max_cost_usd:.2f} that MAX_COST_USD allows for one video."
        )
        raise PolicyError(words, code="too_expensive")


def _nothing(error: Refused) -> Drafted:
    """A model that takes no such request takes none from the next attempt either; the transcript is good without it."""
    log.warning("study.refused", code=error.code, error=str(error))
    return Drafted(None, (), False, (UNWRITTEN.format(error=error),))


def _less(context_tokens: int | None, error: TooLong) -> int | None:
    """What to try next; None where too little would be left to write about."""
    told = error.limit_tokens
    is_news = told is not None and told != context_tokens
    tokens = told if told is not None and is_news else (context_tokens or 2 * FIRST_CONTEXT_TOKENS) // 2
    return tokens if readable_tokens(tokens) >= LEAST_TOKENS else None


def _silent(assigned: Sequence[Assignment], notes: Sequence[Notes], outline: Outline | None) -> Iterator[str]:
    """Says of which parts of the lecture there is nothing."""
    titles = {section.id: section.title for section in outline.sections} if outline else {}
    for each, found in zip(assigned, notes, strict=True):
        if found.cards or found.quiz:
            continue
        about = ", ".join(titles[share.section] for share in each.cards or each.quiz if share.section in titles)
        span = f"{_clock(each.chunk.segments[0].start)} to {_clock(each.chunk.segments[-1].end)}"
        yield f"There are no notes about {span}{f' ({about})' if about else ''}: nothing usable was written."


def _clock(second: float) -> str:
    minutes, seconds = divmod(int(second), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


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


def _dropped(notes: Sequence[Notes], repeated: int, flawed: int, desk: Desk) -> dict[str, int]:
    counts = {"malformed": desk.malformed, "repeated": repeated, "flawed": flawed}
    for each in notes:
        refused = Counter(note.reason for note in each.rejected)
        for reason, count in (*each.dropped.items(), *refused.items()):
            counts[reason] = counts.get(reason, 0) + count
    return {reason: counts[reason] for reason in SAYS if counts.get(reason)}


def _told(dropped: Mapping[str, int]) -> Iterator[str]:
    """What was refused for a fault; that a note was one too many is no fault."""
    for reason, count in dropped.items():
        if reason not in {"too many", "repeated"}:
            yield f"Notes dropped because {SAYS[reason]}: {count}."
