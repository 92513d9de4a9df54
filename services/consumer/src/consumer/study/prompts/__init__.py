"""What a language model is told. The texts lie beside this file; a change of words is a change of one of them."""

import json
import re
from importlib import resources

from consumer.models import Segment
from consumer.study.schema import CardDraft, QuizDraft, Rejected, Share, StudyRequest, Task, ToJudge

OPENING, CLOSING = "<transcript>", "</transcript>"
MARK = re.compile(r"<(?=\s*/?\s*transcript)", re.IGNORECASE)
"""What could open or close the transcript, however it is nested: nothing is cut out, so nothing closes up to a mark."""
LINE_CHARACTERS = 80
"""Captions of three words need no number each."""
MINUTES_A_SECTION = 6
TERMS_PER_HOUR = 30
CHARACTERS_PER_HOUR = 55_000


def instructions(task: Task = "cards") -> str:
    """The same for every request about a transcript; a judge has others."""
    return _text("judge.md" if task == "judge" else "instructions.md")


def lecture(request: StudyRequest) -> str:
    """What is to be read, marked as data: the words of the chunk, or the notes to judge. Nobody can close the mark."""
    if request.task == "judge":
        return "\n\n".join(_to_judge(number, each) for number, each in enumerate(request.judged, 1))
    about = [f"Title: {_line(request.title)}"]
    if request.style.course:
        about.append(f"Course: {_line(request.style.course)}")
    said = [] if request.task == "join" else _numbered(request.chunk.segments)
    return "\n".join([OPENING, *about, "", *said, CLOSING])


def task(request: StudyRequest) -> str:
    """What to do; comes after the transcript, so that all tasks share one cached prefix."""
    if request.task == "judge":
        return f"Judge these {len(request.judged)} notes."
    characters = sum(len(segment.text) for segment in request.chunk.segments)
    filled = {
        "count": str(request.count),
        "language": request.language,
        "output": f'the language "{request.style.language}"' if request.style.language else "the lecture's language",
        "style": f"\nWrite for students at this level: {_line(request.style.level)}." if request.style.level else "",
        "minutes": str(MINUTES_A_SECTION),
        "terms": _terms(request),
        "shares": _shares(request),
        "taken": _taken(request),
        "rejected": "\n".join(map(_rejected, request.rejected)),
        "sections": "\n".join(
            f"[{each.first_line}] {_line(each.title)}: {_line(each.summary)}" for each in request.sections
        ),
    }
    if request.task == "outline":
        filled["terms"] = str(max(round(TERMS_PER_HOUR * characters / CHARACTERS_PER_HOUR), 3))
    return re.sub(r"\{(\w+)\}", lambda name: filled[name[1]], _text(f"{request.task}.md"))


def _numbered(segments: tuple[Segment, ...]) -> list[str]:
    """Lines with the id of their first segment."""
    lines: list[str] = []
    for segment in segments:
        said = _line(segment.text)
        if lines and len(lines[-1]) < LINE_CHARACTERS:
            lines[-1] += f" {said}"
        else:
            lines.append(f"[{segment.id}] {said}")
    return lines


def _line(text: str) -> str:
    return MARK.sub("‹", " ".join(text.split()))


def _shares(request: StudyRequest) -> str:
    """How many about which lines; where nothing is said of that, all about all."""
    return "\n".join(
        f"- {share.count} about lines [{share.first}] to [{share.last}]: {_line(share.title)}".removesuffix(": ")
        for share in request.shares or _one_share(request)
    )


def _one_share(request: StudyRequest) -> tuple[Share, ...]:
    said = request.chunk.segments
    return (Share(None, "", said[0].id, said[-1].id, request.count),) if said else ()


def _terms(request: StudyRequest) -> str:
    """How words that were heard wrongly are to be written."""
    if not request.terms:
        return ""
    words = "; ".join(f'"{_line(heard)}" is "{_line(correct)}"' for heard, correct in request.terms)
    return f"\nThe transcript misspells some words. Write them rightly, but leave quotes as they are: {words}."


def _taken(request: StudyRequest) -> str:
    if not request.taken:
        return ""
    asked = "\n".join(f"  - {_line(front)}" for front in request.taken)
    return f"\n- Flashcards ask for these facts already; ask for others where the transcript has them:\n{asked}"


def _rejected(each: Rejected) -> str:
    return f"- {each.words}: {_line(_json(each.note))}"


def _to_judge(number: int, each: ToJudge) -> str:
    note = each.note
    if isinstance(note, CardDraft):
        asked = f"Question: {_line(note.front)}\nAnswer: {_line(note.back)}"
    else:
        options = "\n".join(f"{letter}) {_line(option)}" for letter, option in zip("abcd", note.options, strict=True))
        asked = f"Question: {_line(note.stem)}\n{options}"
    return f"Note {number}\nPassage: {_line(each.passage)}\n{asked}"


def _json(note: CardDraft | QuizDraft) -> str:
    return json.dumps(note.model_dump(exclude_defaults=True), ensure_ascii=False)


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8").rstrip("\n")
