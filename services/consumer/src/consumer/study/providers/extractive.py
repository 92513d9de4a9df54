"""Study material without a language model: an index of terms, and sentences with gaps.

It takes what a lecture itself says its words mean, reasons that it gives, and few sentences that ask well with a term
left out. It has no quota: a lecture that defines nothing gives nothing, and the warnings say why.
"""

import asyncio
from collections.abc import Iterator
from itertools import islice

from consumer.study.extract.matching import Match
from consumer.study.extract.notes import Notes, extract
from consumer.study.schema import CardDraft, Draft, OutlineDraft, QuizDraft, SectionDraft, StudyRequest, TermDraft


class ExtractiveProvider:
    """Implements StudyProvider; needs no key and no network."""

    name = "extractive"
    model = "glossary-1"

    def __init__(self, warnings: tuple[str, ...] = ()) -> None:
        self.warnings = warnings

    async def write(self, request: StudyRequest) -> Draft:
        """What the chunk defines and explains: often fewer notes than asked, sometimes none."""
        return await asyncio.to_thread(_write, request)  # half an hour of talk takes half a second

    async def check(self) -> tuple[str, ...]:
        """There is nothing that could age."""
        return ()

    async def close(self) -> None:
        """There is nothing to give back."""


def _write(request: StudyRequest) -> Draft:
    notes = extract(request.chunk.segments, request.language)
    match request.task:
        case "outline":
            return Draft(outline=_outline(notes, request), warnings=notes.warnings)
        case "cards":
            return Draft(cards=tuple(islice(_cards(notes), request.count)), warnings=notes.warnings)
        case "quiz":
            return Draft(quiz=tuple(_item(match, notes) for match in islice(notes.matches, request.count)))
        case _:
            return Draft()  # nothing here could be judged or written anew


def _outline(notes: Notes, request: StudyRequest) -> OutlineDraft:
    """Terms with and without a definition, and sections that are called by the terms said most in them."""
    terms = [_term(found.term, found.quote, found.says) for found in notes.definitions]
    terms += [_term(found.term, found.quote) for found in notes.key_terms]
    segments = request.chunk.segments
    sections = [
        SectionDraft(first_line=segments[each.first].id, title=", ".join(each.terms)) for each in notes.passages
    ]
    if terms and not sections:
        sections = [SectionDraft(first_line=segments[0].id, title=request.title)]
    return OutlineDraft(sections=tuple(sections), terms=tuple(terms))


def _term(term: str, quote: str, definition: str = "") -> TermDraft:
    return TermDraft(heard=term, correct=term, definition=definition, quote=quote)


def _cards(notes: Notes) -> Iterator[CardDraft]:
    """What words mean first, then reasons, then gaps."""
    for found in notes.definitions:
        front = notes.asks.format(term=found.term)
        yield _card(kind="definition", front=front, back=found.says, quote=found.quote)
    for reason in notes.reasons:
        front = notes.why.format(fact=reason.fact)
        yield _card(kind="why", front=front, back=reason.reason, quote=reason.quote)
    for gap in notes.gaps:
        yield _card(kind="cloze", front=gap.front, back=gap.answer, quote=gap.quote)


def _card(**fields: str) -> CardDraft:
    return CardDraft.model_validate(fields)


def _item(match: Match, notes: Notes) -> QuizDraft:
    """The stem gives the definition, the options are the lecture's own terms."""
    found = match.definition
    return QuizDraft(
        stem=notes.which.format(definition=found.says),
        option_a=found.term,
        option_b=match.wrong[0],
        option_c=match.wrong[1],
        option_d=match.wrong[2],
        correct="a",
        explanation=f"“{found.quote}”",
        quote=found.quote,
    )
