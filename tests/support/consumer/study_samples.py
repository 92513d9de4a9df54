"""Lectures and requests to test with."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from consumer.models import Coverage, Segment, Source, Transcript
from consumer.study.schema import Chunk, Draft, OutlineDraft, QuizDraft, SectionDraft, StudyRequest, Task, Verdict
from infra.sandbox.paths import LECTURE_TEXT

SECONDS_PER_WORD = 0.375
TALK = Source(path=Path("talk.mp4"), title="Gravity & light", youtube_id="dQw4w9WgXcQ", channel="Sample")
FILE = Source(path=Path("talk.mp4"), title="A file")


def segments(*texts: str, avg_logprob: float = -0.2) -> tuple[Segment, ...]:
    """One segment a text, ids from 0, at 160 words a minute."""
    made: list[Segment] = []
    at = 0.0
    for number, text in enumerate(texts):
        end = at + max(len(text.split()), 1) * SECONDS_PER_WORD
        made.append(
            Segment(
                id=number,
                start=at,
                end=end,
                text=text,
                avg_logprob=avg_logprob,
                compression_ratio=1.2,
                no_speech_prob=0.01,
                temperature=0.0,
            )
        )
        at = end
    return tuple(made)


def transcript(*texts: str, language: str = "en", avg_logprob: float = -0.2) -> Transcript:
    """A transcript of these sentences."""
    return transcript_of(segments(*texts, avg_logprob=avg_logprob), language)


def transcript_of(made: tuple[Segment, ...], language: str = "en") -> Transcript:
    """A transcript of these segments."""
    duration_s = made[-1].end if made else 0.0
    return Transcript(
        language=language,
        language_probability=0.99,
        duration_s=duration_s,
        model="pocket",
        segments=made,
        text=" ".join(segment.text for segment in made),
        coverage=Coverage(speech_s=duration_s, transcribed_s=duration_s),
    )


def lecture() -> Transcript:
    """The words of `lecture.mp3`, one sentence a segment."""
    return transcript(*re.split(r"(?<=[.?!])\s+", LECTURE_TEXT.read_text().strip()))


def long_lecture(sentences: int) -> Transcript:
    """Many sentences, each with facts of its own."""
    return transcript(
        *(
            f"The river number {number} carries {number * 7} tons of stone to the city {number * 3}."
            for number in range(sentences)
        )
    )


def chunk(*texts: str) -> Chunk:
    """A chunk of these sentences."""
    return Chunk(0, segments(*texts))


def request(task: Task, count: int, *texts: str, language: str = "en", title: str = "A talk") -> StudyRequest:
    """A request about these sentences."""
    return StudyRequest(task, count, chunk(*texts), title, language)


def one_section(request: StudyRequest) -> Draft:
    """An outline with a single section."""
    first = request.chunk.segments[0].id if request.chunk.segments else 0
    return Draft(outline=OutlineDraft("A talk.", (SectionDraft(first_line=first, title="All of it"),)))


def content(request: StudyRequest) -> Draft:
    """A judge who is content with everything."""
    keys = [each.note.correct if isinstance(each.note, QuizDraft) else "" for each in request.judged]
    verdicts = (Verdict(note=number, support="supports", answer=key) for number, key in enumerate(keys, 1))
    return Draft(verdicts=tuple(verdicts))


def silence(_: StudyRequest) -> Draft:
    """Nothing at all."""
    return Draft()


class FakeProvider:
    """Answers each request for notes with what `answer` says; outlines and verdicts come from the other two."""

    name = "anthropic"
    model = "fake-1"
    warnings: tuple[str, ...] = ()

    def __init__(
        self,
        answer: Callable[[StudyRequest], Draft],
        outline: Callable[[StudyRequest], Draft] = one_section,
        judge: Callable[[StudyRequest], Draft] = content,
    ) -> None:
        self._answers: dict[str, Callable[[StudyRequest], Draft]] = {
            "outline": outline,
            "join": silence,
            "judge": judge,
        }
        self._answer = answer
        self.asked: list[StudyRequest] = []

    async def write(self, request: StudyRequest) -> Draft:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self._answers.get(request.task, self._answer)(request)

    async def check(self) -> tuple[str, ...]:
        return ()

    async def close(self) -> None:
        """Nothing to close."""
