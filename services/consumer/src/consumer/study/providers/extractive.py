"""Study material without a language model: gaps, reasons and persons in the lecture's own sentences.

It asks for the words that the lecture leans on. Each sentence is scored by how much it says, the word that says most is
left out, and the wrong options of a quiz item are other words of the same kind from the same lecture.
"""

import asyncio
from collections.abc import Iterator
from itertools import islice

from consumer.study.extract.gaps import Gap, best_gaps
from consumer.study.extract.lexicon import Lexicon
from consumer.study.extract.sentences import sentences
from consumer.study.extract.wording import card, quiz_item
from consumer.study.schema import Draft, StudyRequest, Task

UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "km", "my"})
"""Languages whose words cannot be told apart without a dictionary."""
QUIZ_TAKES_EVERY = 3
"""Of the gaps in order of worth, the quiz gets the third, the sixth, …: no card gives its answer away."""


class ExtractiveProvider:
    """Implements StudyProvider; needs no key and no network."""

    name = "extractive"
    model = "cloze-1"

    def __init__(self, warnings: tuple[str, ...] = ()) -> None:
        self.warnings = warnings

    async def write(self, request: StudyRequest) -> Draft:
        """The best gaps of the chunk; fewer than asked when the chunk has no more good ones."""
        return await asyncio.to_thread(_write, request)  # half an hour of talk takes a second

    async def check(self) -> tuple[str, ...]:
        """There is nothing that could age."""
        return ()

    async def close(self) -> None:
        """There is nothing to give back."""


def _write(request: StudyRequest) -> Draft:
    if request.language in UNSPACED:
        return Draft(warnings=(f"Cards in the language '{request.language}' need a language model.",))
    said = sentences(request.chunk)
    lexicon = Lexicon(said, request.language)
    gaps = _meant_for(request.task, best_gaps(said, lexicon))
    if request.task == "cards":
        return Draft(cards=tuple(card(gap, lexicon) for gap in islice(gaps, request.count)))
    items = (item for gap in gaps if (item := quiz_item(gap, lexicon)))
    return Draft(quiz=tuple(islice(items, request.count)))


def _meant_for(task: Task, gaps: Iterator[Gap]) -> Iterator[Gap]:
    return (gap for rank, gap in enumerate(gaps, start=1) if (rank % QUIZ_TAKES_EVERY == 0) == (task == "quiz"))
