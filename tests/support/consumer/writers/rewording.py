"""A writer who says the same facts of a lecture in two voices, as two runs of a model do.

The second has another question, another order of words, other words for some, and another part of the quote.
"""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.export.decks.earlier import Ledger, keep_ids
from consumer.material import StudyMaterial
from consumer.models import Segment, Source, Transcript
from consumer.study.plan import StudyPlan
from infra.sandbox.standins.anthropic import AnthropicStandin
from infra.sandbox.standins.notes import SHARE, write_notes
from tests.support.consumer.writers.claude import by_claude

FEWEST_WORDS, MOST_WORDS = 9, 40
LEAD_WORDS = 5
DROPPED = {
    "en": {"so", "just", "really", "basically", "actually", "very", "kind", "of", "that", "then", "well"},
    "de": {"also", "ja", "halt", "eben", "eigentlich", "sehr", "dann", "mal", "einfach"},
    "es": {"pues", "bueno", "entonces", "muy", "realmente", "ya", "bien"},
}
OTHER_WORDS = {
    "en": {
        "big": "large", "use": "employ", "get": "obtain", "because": "since", "way": "manner", "many": "a lot of",
        "thing": "matter", "things": "matters", "make": "produce", "show": "demonstrate", "need": "require",
        "think": "believe", "want": "would like", "about": "on", "all": "every one of", "can": "is able to",
    },
    "de": {
        "weil": "da", "groß": "riesig", "viele": "zahlreiche", "zeigen": "darlegen", "nur": "bloß", "kann": "vermag",
        "auch": "ebenso", "machen": "herstellen", "wenn": "falls", "jedes": "alle", "aber": "jedoch",
    },
    "es": {
        "porque": "ya que", "muchos": "numerosos", "también": "asimismo", "grande": "enorme", "solo": "únicamente",
        "hacer": "realizar", "puede": "es capaz de", "pero": "sin embargo", "cuando": "en cuanto", "usar": "emplear",
    },
}  # fmt: skip
QUESTIONS = {
    "en": (
        "What does the lecture say of “{}”?",
        ("How does the lecturer go on from “{}”?", "Say what holds for “{}”.", "“{}”: what about it?"),
    ),
    "de": (
        "Was sagt die Vorlesung über „{}“?",
        ("Wie geht es nach „{}“ weiter?", "Nenne, was für „{}“ gilt.", "„{}“: was ist damit?"),
    ),
    "es": (
        "¿Qué dice la clase de «{}»?",
        ("¿Cómo sigue después de «{}»?", "Di qué vale para «{}».", "«{}»: ¿qué pasa con ello?"),
    ),
}


@dataclass
class Voice:
    """Writes cards and quiz items, each about one sentence; `reworded` is the second run."""

    sentences: Sequence[Segment]
    language: str
    reworded: bool
    dice: random.Random = field(default_factory=lambda: random.Random(5))

    def write(self, prompt: str) -> str:
        """A stand-in's answer."""
        task = prompt.rsplit("</transcript>", maxsplit=1)[-1]
        is_quiz = "multiple-choice" in task
        if "flashcards in the list" not in task and not is_quiz:
            return write_notes(prompt)
        said = [each for share in SHARE.findall(task) for each in self._about(*map(int, share), is_quiz=is_quiz)]
        notes = [self._item(each) if is_quiz else self._card(each) for each in said]
        return json.dumps({"quiz": notes} if is_quiz else {"cards": notes})

    def _about(self, count: int, first: int, last: int, *, is_quiz: bool) -> list[Segment]:
        here = [each for each in self.sentences if first <= each.id <= last]
        return here[int(is_quiz) :: 2][:count]

    def _card(self, said: Segment) -> dict[str, object]:
        front, back = self._asked(said)
        return {
            "kind": "basic",
            "front": front,
            "back": back,
            "quote": self._quote(said),
            "level": "remember",
            "tags": [],
        }

    def _item(self, said: Segment) -> dict[str, object]:
        stem, key = self._asked(said)
        others = random.Random(said.id).sample([each for each in self.sentences if abs(each.id - said.id) > 5], 3)
        options = [key, *(" ".join(each.text.split()[LEAD_WORDS:]) for each in others)]
        letters = {f"option_{letter}": option for letter, option in zip("abcd", options, strict=True)}
        about = {
            "stem": stem,
            "explanation": said.text,
            "quote": self._quote(said),
            "level": "remember",
            "correct": "a",
        }
        return {**about, **letters, **{f"why_{letter}": "" for letter in "abcd"}}

    def _asked(self, said: Segment) -> tuple[str, str]:
        words = said.text.split()
        plain, others = QUESTIONS[self.language]
        if not self.reworded:
            front, back = plain.format(" ".join(words[:LEAD_WORDS])), " ".join(words[LEAD_WORDS:])
        else:
            lead = words[: LEAD_WORDS + self.dice.choice([-1, 0, 1])]
            front, back = self.dice.choice(others).format(" ".join(lead)), self._other_words(words[LEAD_WORDS:])
        return front, back

    def _other_words(self, words: Sequence[str]) -> str:
        """Fillers go, some words are others, one in three has its halves turned around, one in four is cut short."""
        dropped, other = DROPPED[self.language], OTHER_WORDS[self.language]
        kept = [other.get(word.lower(), word) for word in words if word.strip(",.").lower() not in dropped] or [*words]
        if self.dice.random() < 1 / 3:
            middle = len(kept) // 2
            kept = [*kept[middle:], *kept[:middle]]
        if self.dice.random() < 1 / 4:
            kept = kept[: max(len(kept) * 4 // 5, 1)]
        return " ".join(kept)

    def _quote(self, said: Segment) -> str:
        """The sentence, or a part that begins or ends a few words from there."""
        words = said.text.split()
        if not self.reworded:
            return said.text
        start, end = self.dice.choice([(0, 1), (1, 0), (2, 1), (0, 3), (0, 0)])
        return " ".join(words[start : len(words) - end])


@dataclass(frozen=True)
class Kept:
    """Of the facts that both runs have a note about: how many kept its id, and how many ids went to another fact."""

    facts: int
    kept: int
    taken: int


async def regenerate(transcript: Transcript, source: Source) -> Kept:
    """Write about a lecture twice, the second time in other words and a fifth more notes; what became of the ids."""
    long = [each for each in transcript.segments if FEWEST_WORDS <= len(each.text.split()) <= MOST_WORDS]
    firsts = {" ".join(each.text.split()[:LEAD_WORDS]): each for each in reversed(long)}
    sentences = sorted(firsts.values(), key=lambda each: each.id)
    language = re.split(r"[-_]", transcript.language)[0]
    before, after = Voice(sentences, language, reworded=False), Voice(sentences, language, reworded=True)
    count = max(len(sentences) // 6, 1)
    earlier = await _written(before, transcript, source, count)
    later = await _written(after, transcript, source, count * 6 // 5)
    first, ledger = keep_ids(earlier, Ledger(), 1000)
    second, _ = keep_ids(later, ledger, 2000)
    return _compared(_ids(first), _ids(second))


async def _written(voice: Voice, transcript: Transcript, source: Source, cards: int) -> StudyMaterial:
    plan = StudyPlan(cards=cards, verify=False)
    return await by_claude(transcript, source, AnthropicStandin(write=voice.write), plan)


def _ids(material: StudyMaterial) -> dict[tuple[str, int], str]:
    """Each note's id by its kind and the sentence that it quotes, which no other note of its kind does."""
    cards = {("card", card.proof.segment_ids[0]): card.id for card in material.cards}
    return cards | {("item", item.proof.segment_ids[0]): item.id for item in material.quiz}


def _compared(first: dict[tuple[str, int], str], second: dict[tuple[str, int], str]) -> Kept:
    both = first.keys() & second.keys()
    owners = {name: fact for fact, name in first.items()}
    taken = [fact for fact, name in second.items() if owners.get(name, fact) != fact]
    return Kept(len(both), sum(first[fact] == second[fact] for fact in both), len(taken))
