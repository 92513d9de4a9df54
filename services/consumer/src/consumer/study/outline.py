"""Makes an outline with times and proofs of what a provider wrote about the parts of a lecture."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from consumer.material import Outline, Section, Term
from consumer.models import Segment
from consumer.study.ground import Ground, tokens
from consumer.study.schema import Chunk, OutlineDraft, SectionDraft, TermDraft

SHORTEST_SECTION_S = 20.0
"""A turn of less is part of what comes before it."""


@dataclass(frozen=True)
class Seen:
    """A part of the lecture, and the outline that was written of it."""

    part: Chunk
    draft: OutlineDraft


def clean(seen: Seen) -> OutlineDraft:
    """Its sections in order, the first from the part's first line on, none that begins outside of it or twice."""
    ids = [segment.id for segment in seen.part.segments]
    found = {each.first_line: each for each in reversed(seen.draft.sections) if ids[0] <= each.first_line <= ids[-1]}
    ordered = [found[first] for first in sorted(found)]
    if ordered:
        ordered[0] = ordered[0].model_copy(update={"first_line": ids[0]})
    return replace(seen.draft, sections=tuple(ordered))


def make_outline(seen: Sequence[Seen], joined: OutlineDraft | None, language: str) -> Outline | None:
    """The lecture's outline; `joined` is what was made of several parts' sections.

    Without any section it is a glossary; None where there is none either.
    """
    cleaned = [Seen(each.part, clean(each)) for each in seen]
    drafts = [section for each in cleaned for section in each.draft.sections]
    segments = [segment for each in cleaned for segment in each.part.segments]
    if not drafts:
        terms = _distinct((term for each in cleaned for term in _proved(each, language)), ())
        return Outline(summary="", sections=(), terms=terms) if terms else None
    sections = _timed(_joined(drafts, joined), segments)
    summary = joined.summary if joined and joined.summary else " ".join(each.draft.summary for each in cleaned)
    terms = [term for each in cleaned for term in _proved(each, language)]
    return Outline(summary=summary.strip(), sections=sections, terms=_distinct(terms, sections))


def section_at(sections: Sequence[Section], second: float) -> Section | None:
    """The section in which something is said."""
    at = bisect_right([section.start_s for section in sections], second) - 1
    return sections[max(at, 0)] if sections else None


def _joined(drafts: Sequence[SectionDraft], joined: OutlineDraft | None) -> list[SectionDraft]:
    """The joined sections that begin where one of the parts' does, and the very first; asides stay asides."""
    known = {each.first_line: each for each in drafts}
    kept = {each.first_line: each for each in joined.sections if each.first_line in known} if joined else {}
    if not kept:
        return list(drafts)
    first = drafts[0]
    kept.setdefault(first.first_line, first)
    kept |= {each.first_line: each for each in drafts if each.aside}
    after_aside = {two.first_line: two for one, two in pairwise(drafts) if one.aside}
    return [(after_aside | kept)[line] for line in sorted(after_aside | kept)]


def _timed(drafts: Sequence[SectionDraft], segments: Sequence[Segment]) -> tuple[Section, ...]:
    starts = {segment.id: segment.start for segment in segments}
    ids = sorted(starts)
    begins = [starts[ids[max(bisect_right(ids, each.first_line) - 1, 0)]] for each in drafts]
    end_s = max(segment.end for segment in segments)
    sections: list[Section] = []
    for draft, start_s in zip(drafts, begins, strict=True):
        if sections and start_s - sections[-1].start_s < SHORTEST_SECTION_S and draft.aside == sections[-1].aside:
            continue
        if sections:
            sections[-1] = sections[-1].model_copy(update={"end_s": start_s})
        made = Section(id="", title=draft.title, summary=draft.summary, start_s=start_s, end_s=end_s, aside=draft.aside)
        sections.append(made)
    if all(section.aside for section in sections):  # then nothing would be taught at all
        sections = [section.model_copy(update={"aside": False}) for section in sections]
    return tuple(each.model_copy(update={"id": f"s{number:02}"}) for number, each in enumerate(sections, 1))


def _proved(seen: Seen, language: str) -> Iterable[Term]:
    """The terms whose quote was said. A term that was not heard as claimed counts as heard rightly."""
    ground = Ground(seen.part, language)
    said = f" {' '.join(tokens(seen.part.text))} "
    for term in seen.draft.terms:
        if proof := ground.find(term.quote):
            heard = term.heard if f" {' '.join(tokens(term.heard))} " in said else term.correct
            yield Term(heard=heard, correct=term.correct, definition=term.definition, proof=proof)


def _distinct(terms: Iterable[Term], sections: Sequence[Section]) -> tuple[Term, ...]:
    """Each once, where it is said first, with its section; none of an aside."""
    kept: dict[str, Term] = {}
    for term in sorted(terms, key=lambda term: term.proof.start_s):
        section = section_at(sections, term.proof.start_s)
        if section is None or not section.aside:
            named = term.model_copy(update={"section": section.id if section else None})
            kept.setdefault(term.correct.casefold(), named)
    return tuple(kept.values())


def misheard(terms: Iterable[Term | TermDraft]) -> tuple[tuple[str, str], ...]:
    """The words that the transcript has wrong, each with the right one."""
    return tuple((term.heard, term.correct) for term in terms if tokens(term.heard) != tokens(term.correct))
