"""Notes of which it is known whether they are true, a writer that hands them in, and a judge who knows the lecture."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.material import StudyMaterial
from consumer.models import Segment, Source, Transcript
from consumer.study.ground import tokens
from consumer.study.plan import StudyPlan
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.notes import JUDGED, OPTION, SHARE, write_notes
from tests.support.consumer.writers.claude import by_claude

LEAD_WORDS = 4
FEWEST_WORDS = 9
SOURCE_KINDS = ("another answer", "another quote", "another key", "two keys")


@dataclass
class Planted:
    """What was handed in: the fronts and stems of good notes and of wrong ones, and what is true of each sentence."""

    sentences: Sequence[Segment]
    wrong_every: int
    good: set[str] = field(default_factory=set[str])
    wrong: dict[str, str] = field(default_factory=dict[str, str])
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def write(self, prompt: str) -> str:
        """A writer who hands in a wrong note among so many."""
        task = prompt.rsplit("</transcript>", maxsplit=1)[-1]
        if "Judge these" in prompt:
            return json.dumps({"verdicts": [self._verdict(found) for found in JUDGED.finditer(prompt)]})
        if "flashcards in the list" not in task and "multiple-choice" not in task:
            return write_notes(prompt)
        is_quiz = "multiple-choice" in task
        said = [
            sentence
            for count, first, last in SHARE.findall(task)
            for sentence in self._about(int(first), int(last), int(count), is_quiz)
        ]
        notes = [self._item(sentence) if is_quiz else self._card(sentence) for sentence in said]
        return json.dumps({"quiz": notes} if is_quiz else {"cards": notes})

    def _about(self, first: int, last: int, count: int, is_quiz: bool) -> list[Segment]:
        """Every second sentence is for the quiz."""
        here = [each for each in self.sentences if first <= each.id <= last]
        return here[int(is_quiz) :: 2][:count]

    def _card(self, said: Segment) -> dict[str, object]:
        front, back = _halves(said)
        kind = self._kind(front, SOURCE_KINDS[:2])
        other = self.dice.choice([each for each in self.sentences if abs(each.id - said.id) > 5])
        return {
            "kind": "basic",
            "front": front,
            "back": _halves(other)[1] if kind == "another answer" else back,
            "quote": other.text if kind == "another quote" else said.text,
            "level": "remember",
            "tags": [],
        }

    def _item(self, said: Segment) -> dict[str, object]:
        stem, back = _halves(said)
        kind = self._kind(stem, SOURCE_KINDS[2:])
        others = [each for each in self.sentences if abs(each.id - said.id) > 5]
        options = [back, *(_halves(each)[1] for each in self.dice.sample(others, 3))]
        if kind == "two keys":
            options[1] = f"{back}, as it was said"
        letters = {f"option_{letter}": option for letter, option in zip("abcd", options, strict=True)}
        reasons = {f"why_{letter}": "" for letter in "abcd"}
        about = {"stem": stem, "explanation": said.text, "quote": said.text, "level": "remember"}
        return {**about, **letters, **reasons, "correct": "b" if kind == "another key" else "a"}

    def _kind(self, front: str, kinds: Sequence[str]) -> str:
        """What is wrong with this note, if anything; it is remembered."""
        number = len(self.good) + len(self.wrong)
        if number % self.wrong_every:
            self.good.add(front)
            return ""
        self.wrong[front] = kinds[len(self.wrong) % len(kinds)]
        return self.wrong[front]

    def _verdict(self, found: "re.Match[str]") -> dict[str, object]:
        """What somebody says who knows what was said, and reads whether the passage says it."""
        number, passage, question, rest = found.groups()
        told = [each for each in self.sentences if _halves(each)[0] == question]
        proved = [_halves(each)[1] for each in told if _said(each.text, passage)]
        options = OPTION.findall(rest)
        right = [letter for letter, option in options if any(_said(true, option) for true in proved)]
        answer = rest.removeprefix("Answer: ").strip()
        is_proved = bool(right) if options else any(_said(true, answer) for true in proved)
        return {
            "note": int(number),
            "support": "supports" if is_proved else "no",
            "answer": right[0] if right else "",
            "also": "".join(right[1:]),
            "guessable": False,
            "reason": "" if is_proved else "it was not said so",
        }


@dataclass(frozen=True)
class Outcome:
    """How many notes of each sort were handed in, and how many of them are in the asset."""

    wrong: int
    wrong_kept: int
    good: int
    good_kept: int


async def plant(transcript: Transcript, source: Source, notes: int, wrong_every: int) -> Outcome:
    """Write about a lecture with some wrong notes among the good ones; what the second pass leaves."""
    long = [each for each in transcript.segments if FEWEST_WORDS <= len(each.text.split()) <= 40]
    firsts = {_halves(each)[0]: each for each in reversed(long)}
    planted = Planted(sorted(firsts.values(), key=lambda each: each.id), wrong_every)
    plan = StudyPlan(cards=notes * 2 // 3)
    made = await by_claude(transcript, source, AnthropicStandin(write=planted.write), plan)
    return _counted(planted, made)


def _counted(planted: Planted, made: StudyMaterial) -> Outcome:
    kept = {card.front for card in made.cards} | {item.stem for item in made.quiz}
    return Outcome(len(planted.wrong), len(kept & planted.wrong.keys()), len(planted.good), len(kept & planted.good))


def _halves(said: Segment) -> tuple[str, str]:
    """A question about a sentence, and the rest of it."""
    words = said.text.split()
    return f"What comes after “{' '.join(words[:LEAD_WORDS])}”?", " ".join(words[LEAD_WORDS:])


def _said(words: str, where: str) -> bool:
    return f" {' '.join(tokens(words))} " in f" {' '.join(tokens(where))} "
