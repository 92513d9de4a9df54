"""The first pass over a lecture: sections, terms, a summary."""

from collections.abc import Sequence
from functools import partial

from consumer.material import Outline
from consumer.pipeline.notes.asking import Desk
from consumer.pipeline.notes.write import Lecture
from consumer.study.outline import Seen, clean, make_outline
from consumer.study.schema import Chunk, OutlineDraft, SectionDraft

UNSEEN = "No outline could be made of this lecture, so its notes follow its length and not its topics."


async def outline_lecture(
    lecture: Lecture, read: Sequence[Chunk], desk: Desk, *, until: float
) -> tuple[Outline | None, tuple[str, ...]]:
    """An outline of each part, joined where there are several; None with a warning where none could be made."""
    if not read:
        return None, ()

    async def one(part: Chunk) -> OutlineDraft | None:
        return (await desk.ask("outline", lecture.request("outline", 0, part))).outline

    drafts = await desk.each(read, one, requests=len(read), until=until * len(read) / (len(read) + 1))
    seen = [Seen(part, draft or OutlineDraft()) for part, draft in zip(read, drafts, strict=True)]
    sections = tuple(section for each in seen for section in clean(each).sections)
    joined = (await desk.each([sections], partial(_join, lecture, read, desk), requests=1, until=until))[0]
    outline = make_outline(seen, joined, lecture.language)
    return outline, () if outline and outline.sections else (UNSEEN,)


async def _join(
    lecture: Lecture, read: Sequence[Chunk], desk: Desk, sections: tuple[SectionDraft, ...]
) -> OutlineDraft | None:
    if len(read) < 2 or not sections:
        return None
    return (await desk.ask("outline", lecture.request("join", 0, Chunk(0, ()), sections=sections))).outline
