"""What the language model stand-ins answer: outlines, notes and verdicts that keep to what they were sent."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

LINES_A_SECTION = 40
FEWEST_TERMS, SENTENCES_A_TERM = 3, 20
SHORTEST_SENTENCE = 12
SHARE = re.compile(r"^- (\d+) about lines \[(\d+)\] to \[(\d+)\]", re.MULTILINE)
LINE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
JUDGED = re.compile(r"^Note (\d+)\nPassage: (.*)\nQuestion: (.*)\n((?:(?:Answer: |[abcd]\) ).*\n?)+)", re.MULTILINE)
OPTION = re.compile(r"^([abcd])\) (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """One numbered line of the transcript."""

    number: int
    text: str


def write_notes(prompt: str) -> str:
    """The JSON that a well-behaved model would write for the last task in `prompt`."""
    if "Judge these" in prompt:
        return _json(verdicts=[verdict(found) for found in JUDGED.finditer(prompt)])
    lines = [Line(int(number), said) for number, said in LINE.findall(_transcript(prompt))]
    task = prompt.rsplit("</transcript>", maxsplit=1)[-1]
    if "Outline the transcript" in task:
        return _json(**outline(lines))
    if "outlined part by part" in task:
        return _json(**_joined(task))
    if "were refused" in task:
        return _json()
    shares = [(int(count), int(first), int(last)) for count, first, last in SHARE.findall(task)]
    if "flashcards in the list" in task:
        return _json(cards=[card(quote) for share in shares for quote in _about(lines, *share)])
    return _json(quiz=[item(quote) for share in shares for quote in _about(lines[::-1], *share)])


def card(quote: str) -> dict[str, Any]:
    """A valid flashcard about one sentence."""
    return {
        "kind": "basic",
        "front": f"What was said with “{quote[:24]}…”?",
        "back": quote,
        "quote": quote,
        "level": "remember",
        "tags": ["sample"],
    }


def item(quote: str) -> dict[str, Any]:
    """A valid quiz item about one sentence; the right option is written first."""
    return {
        "stem": f"How does the sentence “{quote[:24]}…” end?",
        "option_a": quote[24:60] or quote,
        "option_b": "with the opposite of it",
        "option_c": "with another number",
        "option_d": "with nothing of the kind",
        "correct": "a",
        "explanation": f"The lecture says: {quote}",
        "why_a": "",
        "why_b": "The lecture does not say the opposite.",
        "why_c": "The lecture names no other number.",
        "why_d": "The sentence goes on.",
        "quote": quote,
        "level": "remember",
    }


def outline(lines: Sequence[Line]) -> dict[str, Any]:
    """Sections of equal length, named by their first words, and a few terms that are sentences of the lecture."""
    begins = [lines[at] for at in range(0, len(lines), LINES_A_SECTION)]
    sentences = [sentence for line in lines for sentence in _sentences(line.text)]
    count = max(len(sentences) // SENTENCES_A_TERM, FEWEST_TERMS)
    return {
        "summary": " ".join(line.text for line in begins)[:400],
        "sections": [
            {"first_line": line.number, "title": line.text[:40], "summary": line.text, "aside": False}
            for line in begins
        ],
        "terms": [term(sentence) for sentence in sentences[:: max(len(sentences) // count, 1)][:count]],
    }


def term(quote: str) -> dict[str, str]:
    """A valid term: the longest word of a sentence, explained by it."""
    word = max(re.findall(r"\w+", quote), key=len)
    return {"heard": word, "correct": word, "definition": quote[:300], "quote": quote}


def verdict(found: "re.Match[str]") -> dict[str, Any]:
    """Of a note on its passage: an answer that stands there is supported."""
    number, passage, _, rest = found.groups()
    options = OPTION.findall(rest)
    said = [letter for letter, option in options if option in passage]
    if options:
        support, answer = ("supports", said[0]) if said else ("no", "")
    else:
        answer = ""
        support = "supports" if rest.removeprefix("Answer: ").strip() in passage else "partly"
    return {
        "note": int(number),
        "support": support,
        "answer": answer,
        "also": "".join(said[1:]),
        "guessable": False,
        "reason": "" if support == "supports" else "it does not stand there",
    }


def _joined(task: str) -> dict[str, Any]:
    sections = [
        {"first_line": int(number), "title": said.split(":")[0], "summary": said, "aside": False}
        for number, said in LINE.findall(task)
    ]
    return {"summary": " ".join(str(section["title"]) for section in sections), "sections": sections}


def _transcript(prompt: str) -> str:
    return prompt.rsplit("<transcript>", maxsplit=1)[-1].split("</transcript>", maxsplit=1)[0]


def _about(lines: Sequence[Line], count: int, first: int, last: int) -> list[str]:
    """The first sentences that stand in these lines; a line may begin before the first."""
    numbers = [line.number for line in lines if line.number <= first]
    start = max(numbers, default=first)
    said = [sentence for line in lines if start <= line.number <= last for sentence in _sentences(line.text)]
    return said[:count]


def _sentences(text: str) -> Iterator[str]:
    found = (sentence.strip() for sentence in re.split(r"(?<=[.!?。])\s*", text))
    return (sentence for sentence in found if len(sentence) > SHORTEST_SENTENCE)


def _json(**lists: Any) -> str:
    empty: dict[str, Any] = {"summary": "", "sections": [], "terms": [], "cards": [], "quiz": []}
    return json.dumps(lists if "verdicts" in lists else {**empty, **lists}, ensure_ascii=False)
