"""Decides how many notes each section of a lecture gets, and holds what was written to it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from consumer.material import Outline, Section
from consumer.models import Segment
from consumer.study.check import Grounded, Written
from consumer.study.plan import StudyPlan
from consumer.study.schema import Chunk, Share
from consumer.study.split import CHUNK_CHARACTERS, characters_of, speech_s, split

CARDS_PER_MINUTE = 0.55
"""Of speech, not of video."""
CARDS_PER_TERM = 0.35
CARDS_PER_MINUTE_UNSEEN = 0.8
"""Where there is no outline to tell the terms."""
FEWEST_CARDS = 5
LONGEST_SECTION_CHARACTERS = 36_000
"""What is longer is more than one explanation, whatever the outline says."""
QUIZ_PER_CARD = 0.5
BESIDE = 2
"""Segments before and after a chunk whose words may prove its notes too."""


@dataclass(frozen=True)
class Assignment:
    """What is written in one go: so many notes about these stretches of `chunk`, which a part of the lecture holds."""

    part: Chunk
    chunk: Chunk
    cards: tuple[Share, ...]
    quiz: tuple[Share, ...]


@dataclass(frozen=True)
class _Stretch:
    """A section within one part."""

    part: Chunk
    segments: tuple[Segment, ...]
    section: Section | None
    weight: float


def assign(parts: Sequence[Chunk], outline: Outline | None, plan: StudyPlan) -> list[Assignment]:
    """Every taught section of every part with its notes, in requests of about `CHUNK_CHARACTERS`. None is cut."""
    stretches = [each for part in parts for each in _stretches(part, outline)]
    if not stretches:
        return []
    cards = _wanted([each.weight for each in stretches], stretches, plan)
    weights = [each.weight for each in stretches]
    counts = list(zip(dealt(cards, weights), dealt(math.ceil(cards * QUIZ_PER_CARD), weights), strict=True))
    groups = _grouped(stretches)
    made: list[Assignment] = []
    done = 0
    for number, group in enumerate(groups):
        mine = list(zip(group, counts[done : done + len(group)], strict=True))
        done += len(group)
        shares = [(_share(stretch, some), _share(stretch, few)) for stretch, (some, few) in mine]
        made.append(
            Assignment(
                part=group[0].part,
                chunk=Chunk(number, _with_neighbours(group)),
                cards=tuple(share for share, _ in shares if share.count),
                quiz=tuple(share for _, share in shares if share.count),
            )
        )
    return [each for each in made if each.cards or each.quiz]


def dealt(count: int, weights: Sequence[float]) -> list[int]:
    """`count` divided by weight; the shares add up to it, and none is further from its due than one."""
    total, given, seen = sum(weights), 0, 0.0
    result: list[int] = []
    for weight in weights:
        seen += weight
        result.append((round(count * seen / total) if total else 0) - given)
        given += result[-1]
    return result


def cut(found: Sequence[Grounded[Written]], shares: Sequence[Share]) -> list[Grounded[Written]]:
    """At most the shares' sum of notes: each section's own, spread over it; what one lacks, others fill."""
    ordered = sorted(found, key=lambda each: each.proof.start_s)
    taken: list[int] = []
    for share in shares:
        here = [at for at, each in enumerate(ordered) if share.first <= each.proof.segment_ids[0] <= share.last]
        taken.extend(spread(here, share.count))
    spare = [at for at in range(len(ordered)) if at not in taken]
    taken.extend(spread(spare, sum(share.count for share in shares) - len(taken)))
    return [ordered[at] for at in sorted(taken)]


def spread(places: Sequence[int], count: int) -> list[int]:
    """`count` of them, evenly from first to last; all where there are no more."""
    if count >= len(places):
        return list(places)
    return [places[int((number + 0.5) * len(places) / count)] for number in range(count)]


def _wanted(weights: Sequence[float], stretches: Sequence[_Stretch], plan: StudyPlan) -> int:
    if plan.cards is not None:
        return plan.cards
    if plan.cards_per_hour is not None:
        hours = sum(speech_s(each.segments) for each in stretches) / 3600
        return round(plan.cards_per_hour * hours)
    return max(round(sum(weights)), FEWEST_CARDS)


def _stretches(part: Chunk, outline: Outline | None) -> list[_Stretch]:
    if outline is None or not outline.sections:
        return [
            _Stretch(part, chunk.segments, None, CARDS_PER_MINUTE_UNSEEN * speech_s(chunk.segments) / 60)
            for chunk in split(part.segments)
        ]
    found: list[_Stretch] = []
    for section in outline.sections:
        inside = tuple(each for each in part.segments if section.start_s <= each.start < section.end_s)
        if section.aside:
            continue
        for piece in split(inside, LONGEST_SECTION_CHARACTERS):
            said = piece.segments
            terms = sum(said[0].start <= term.proof.start_s < said[-1].end for term in outline.terms)
            weight = CARDS_PER_MINUTE * speech_s(said) / 60 + CARDS_PER_TERM * terms
            found.append(_Stretch(part, said, section, weight))
    return found


def _grouped(stretches: Sequence[_Stretch]) -> list[list[_Stretch]]:
    """Neighbours of one part together, so that the requests are about equally long."""
    groups: list[list[_Stretch]] = []
    length = 0
    for stretch in stretches:
        size = characters_of(stretch.segments)
        if not groups or groups[-1][0].part is not stretch.part or length + size / 2 > CHUNK_CHARACTERS:
            groups.append([])
            length = 0
        groups[-1].append(stretch)
        length += size
    return groups


def _share(stretch: _Stretch, count: int) -> Share:
    section = stretch.section
    title = section.title if section else ""
    first, last = stretch.segments[0].id, stretch.segments[-1].id
    return Share(section.id if section else None, title, first, last, count)


def _with_neighbours(group: Sequence[_Stretch]) -> tuple[Segment, ...]:
    wanted = {segment.id for stretch in group for segment in stretch.segments}
    whole = group[0].part.segments
    near = {
        segment.id
        for at, _ in enumerate(whole)
        if whole[at].id in wanted
        for segment in whole[max(at - BESIDE, 0) : at + BESIDE + 1]
    }
    return tuple(segment for segment in whole if segment.id in near)
