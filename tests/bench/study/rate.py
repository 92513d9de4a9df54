"""How many notes made without a language model are useful, by the ratings that people gave (see rating.md).

`python -m tests.bench.study.rate` prints the table and the notes that nobody has rated; `--sheet` prints all of them in
shuffled order, to be rated. Target: 60 % useful, or fewer notes.
"""

import argparse
import asyncio
import csv
import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from consumer.pipeline.write_study import write_study
from consumer.study.providers.extractive import ExtractiveProvider
from tests.bench.study import lectures

RATINGS = Path(__file__).with_name("ratings.csv")


@dataclass(frozen=True)
class Note:
    """What a student sees of one note. `id` changes with its words."""

    lecture: str
    kind: str
    front: str
    back: str

    @property
    def id(self) -> str:
        """Short and the same on every machine."""
        return hashlib.sha256(f"{self.lecture}|{self.front}|{self.back}".encode()).hexdigest()[:10]


async def notes(lecture: str) -> list[Note]:
    """Cards and quiz items of one lecture."""
    made = await write_study(
        lectures.transcript(lecture), lectures.source(lecture), ExtractiveProvider(), lambda _: None
    )
    cards = [Note(lecture, card.kind, card.front, card.back) for card in made.cards]
    items = [
        Note(lecture, "quiz", f"{item.stem} {' / '.join(sorted(item.options))}", item.options[item.key])
        for item in made.quiz
    ]
    return [*cards, *items]


def rated() -> dict[str, tuple[int, int]]:
    """The two ratings of each note, by its id."""
    with RATINGS.open(encoding="utf-8", newline="") as file:
        return {row["note"]: (int(row["first"]), int(row["second"])) for row in csv.DictReader(file)}


def table(made: list[Note]) -> str:
    """Useful notes by lecture and by kind, in Markdown."""
    given, rows = rated(), defaultdict[str, list[tuple[int, int]]](list)
    for note in made:
        if note.id in given:
            for row in (note.lecture, note.kind, "all"):
                rows[row].append(given[note.id])
    lines = ["| | notes | useful, first pass | second pass |", "|---|---|---|---|"]
    for name in dict.fromkeys((*(note.lecture for note in made), *(note.kind for note in made), "all")):
        each = rows[name]
        first, second = sum(one for one, _ in each), sum(two for _, two in each)
        lines.append(
            f"| {name} | {len(each)} | {first} ({first / len(each):.0%}) | {second} ({second / len(each):.0%}) |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", action="store_true", help="all notes in shuffled order")
    sheet = parser.parse_args().sheet
    made = [note for name in lectures.names() for note in asyncio.run(notes(name))]
    given = rated()
    shown = made if sheet else [note for note in made if note.id not in given]
    random.Random(len(made)).shuffle(shown)
    if not sheet:
        print(table(made))
    for note in shown:
        print(f"{note.id} | {note.front} => {note.back}")


if __name__ == "__main__":
    main()
