"""Honest quotes as writers write them: how many are found; quotes of other lectures: how many are taken for said.

`python -m tests.bench.study.habits [--quick]`. Targets: ≥ 95 % of each habit found, 0 of 1,000 others taken, and of
quotes turned around (a "not" dropped or put in, a number changed) as few as may be.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from consumer.models import Segment, Transcript
from consumer.study.ground import Ground
from consumer.study.schema import Chunk
from tests.bench.report import arguments
from tests.bench.study import lectures

WORDS = (6, 28)
SHORTEST_NAME = 7
AROUND = 60
NUMBERS = ("illion", "illiarden", "illionen", "illones")
FILLERS = {"en": ("um,", "you know,", "uh", "I mean,"), "de": ("äh", "also", "ähm,"), "es": ("eh,", "pues", "bueno,")}
CONTRACTIONS = (
    ("it's", "it is"), ("that's", "that is"), ("don't", "do not"), ("we're", "we are"), ("you're", "you are"),
    ("they're", "they are"), ("can't", "cannot"), ("doesn't", "does not"), ("I'm", "I am"), ("isn't", "is not"),
    ("we've", "we have"), ("there's", "there is"), ("what's", "what is"), ("you'll", "you will"),
)  # fmt: skip
FIGURES = {
    "en": {"two": "2", "three": "3", "four": "4", "five": "5", "ten": "10", "hundred": "100", "twenty": "20"},
    "de": {"zwei": "2", "drei": "3", "vier": "4", "fünf": "5", "zehn": "10"},
    "es": {"dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "diez": "10"},
}


@dataclass(frozen=True)
class Example:
    """What was said, and a quote of it."""

    said: str
    quote: str


Habit = Callable[[str, str, random.Random], Example | None]
"""From a passage and its language; None where the passage gives no occasion."""


def shortened(said: str, language: str, dice: random.Random) -> Example | None:
    words = said.split()
    if len(words) < 10:
        return None
    at = dice.randint(4, len(words) - 5)
    end = min(at + dice.randint(1, 8), len(words) - 3)
    return Example(said, " ".join([*words[:at], dice.choice(["…", "...", "[...]"]), *words[end:]]))


def filler_dropped(said: str, language: str, dice: random.Random) -> Example | None:
    words = said.split()
    at = dice.randint(1, len(words) - 1)
    return Example(" ".join([*words[:at], dice.choice(FILLERS[language]), *words[at:]]), said)


def contracted(said: str, language: str, dice: random.Random) -> Example | None:
    for short, long in CONTRACTIONS if language == "en" else ():
        for one, other in ((short, long), (long, short)):
            if re.search(rf"\b{one}\b", said):
                return Example(said, re.sub(rf"\b{one}\b", other, said))
    return None


def figured(said: str, language: str, dice: random.Random) -> Example | None:
    for word, figure in FIGURES[language].items():
        if re.search(rf"\b(?<!-){word}\b(?!-)", said):
            return Example(said, re.sub(rf"\b{word}\b", figure, said))
    return None


def inserted(said: str, language: str, dice: random.Random) -> Example | None:
    words = said.split()
    at = dice.randint(1, len(words) - 1)
    note = dice.choice(["[sic]", "[that is, the first one]", "[Heidegger]", "[12]"])
    return Example(said, " ".join([*words[:at], note, *words[at:]]))


def corrected(said: str, language: str, dice: random.Random) -> Example | None:
    """The quote has the word right; what was heard is spelled otherwise, or is two words."""
    names = [
        word for word in said.split() if len(word) >= SHORTEST_NAME and word.isalpha() and not word.endswith(NUMBERS)
    ]
    if not names:
        return None
    name = dice.choice(names)
    return Example(said.replace(name, _misheard(name, dice), 1), said)


def _misheard(word: str, dice: random.Random) -> str:
    at = dice.randint(1, len(word) - 3)
    letter = dice.choice("aeioustn")
    return dice.choice(
        [
            word[:at] + letter + word[at + 1 :],
            word[:at] + word[at + 2 :],
            word[2:],
            word[:at] + letter + letter + word[at + 2 :],
            f"{word[: at + 1]} {word[at + 1 :]}",
        ]
    )


def verbatim(said: str, language: str, dice: random.Random) -> Example | None:
    return Example(said, said.upper().replace(", ", " – "))


def negated(said: str, language: str, dice: random.Random) -> Example | None:
    no = {"en": "not", "de": "nicht", "es": "no"}[language]
    words = said.split()
    if no in words:
        return Example(said, " ".join(word for word in words if word != no))
    return Example(said, " ".join([*words[:3], no, *words[3:]]))


def miscounted(said: str, language: str, dice: random.Random) -> Example | None:
    example = figured(said, language, dice)
    return Example(said, re.sub(r"\d+", "7", example.quote)) if example and "7" not in said else None


HONEST: dict[str, Habit] = {
    "verbatim": verbatim,
    "inner …": shortened,
    "filler dropped": filler_dropped,
    "contraction": contracted,
    "digits for words": figured,
    "[insertion]": inserted,
    "ASR word corrected": corrected,
}
TURNED: dict[str, Habit] = {"negation": negated, "other number": miscounted}


def main() -> None:
    """Print the table."""
    chosen = arguments(__doc__).parse_args()
    most = 40 if chosen.quick else 400
    for name, (found, all_) in measure(most).items():
        print(f"{name:24} {found:5} of {all_:5}  {found / max(all_, 1):6.1%}", flush=True)


def measure(most: int, seed: int = 1) -> dict[str, tuple[int, int]]:
    """For each habit how many of its quotes were found; the last rows are those that should not be."""
    table: dict[str, tuple[int, int]] = {}
    for name, habit in (HONEST | TURNED).items():
        tried = [ground.find(example.quote) is not None for ground, example in _examples(habit, most, seed)]
        table[name] = sum(tried), len(tried)
    table["from other lectures"] = others(most * 5 // 2, seed)
    return table


def others(most: int, seed: int) -> tuple[int, int]:
    """Passages of one lecture looked up in all others."""
    dice = random.Random(seed)
    texts = {name: lectures.transcript(name) for name in lectures.names()}
    grounds = {name: Ground(Chunk(0, text.segments), text.language) for name, text in texts.items()}
    taken = 0
    for _ in range(most):
        name = dice.choice(list(texts))
        quote = passage(texts[name], dice)[1]
        taken += any(grounds[other].find(quote) is not None for other in texts if other != name)
    return taken, most


def passage(text: Transcript, dice: random.Random) -> tuple[Segment, str]:
    """Some words of one segment."""
    long = [segment for segment in text.segments if len(segment.text.split()) >= WORDS[0]]
    segment = dice.choice(long)
    words = segment.text.split()
    count = dice.randint(WORDS[0], min(len(words), WORDS[1]))
    start = dice.randint(0, len(words) - count)
    return segment, " ".join(words[start : start + count])


def _examples(habit: Habit, most: int, seed: int) -> Iterator[tuple[Ground, Example]]:
    dice = random.Random(seed)
    made = 0
    texts = [lectures.transcript(name) for name in lectures.names()]
    for _ in range(most * 60):
        if made == most:
            return
        text = dice.choice(texts)
        segment, said = passage(text, dice)
        if (example := habit(said, text.language, dice)) is None:
            continue
        made += 1
        yield Ground(_chunk(text, segment, said, example), text.language), example


def _chunk(text: Transcript, segment: Segment, said: str, example: Example) -> Chunk:
    """A stretch of the lecture with these words said in it."""
    at = text.segments.index(segment)
    heard = segment.model_copy(update={"text": segment.text.replace(said, example.said, 1)})
    before, after = text.segments[max(at - AROUND, 0) : at], text.segments[at + 1 : at + AROUND]
    return Chunk(0, (*before, heard, *after))


if __name__ == "__main__":
    main()
