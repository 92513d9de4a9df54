"""Quiz items to lint: sound ones, and real ones (`tests/bench/study/quiz_flaws/`) with the flaw that a person saw."""

from dataclasses import dataclass

from consumer.material import Proof, QuizItem
from infra.sandbox.paths import ROOT

FOLDER = ROOT / "tests/bench/study/quiz_flaws"

Options = tuple[str, str, str, str]
FAIR: Options = ("Copper", "Marble", "Timber", "Silver")


@dataclass(frozen=True)
class Labelled:
    """An item, its language, and the rule that it breaks; None for a sound one."""

    item: QuizItem
    language: str
    flaw: str | None


def labelled(name: str) -> list[Labelled]:
    """The items of one file, a line each: language | flaw or - | stem | four options, the key with a star."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_read(number, line) for number, line in enumerate(lines) if line and not line.startswith("#")]


def _read(number: int, line: str) -> Labelled:
    language, flaw, stem, *options = (part.strip() for part in line.split(" | "))
    key = next(place for place, option in enumerate(options) if option.startswith("*"))
    a, b, c, d = (option.removeprefix("*") for option in options)
    proof = Proof(segment_ids=(0,), start_s=0.0, quote="said in the lecture")
    item = QuizItem(id=f"{language}{number}", stem=stem, options=(a, b, c, d), key=key, explanation="", proof=proof)
    return Labelled(item, language, None if flaw == "-" else flaw)


def item(number: int, *, stem: str = "", options: Options = FAIR, key: int = 0) -> QuizItem:
    """The number keeps it apart from the others; each option has a reason of its own."""
    return QuizItem(
        id=f"q{number}",
        stem=stem or f"Which material covered roof {number} of street {number + 100}?",
        options=options,
        key=key,
        explanation="The lecture says so.",
        why_wrong=(f"no {options[0]}", f"no {options[1]}", f"no {options[2]}", f"no {options[3]}"),
        proof=Proof(segment_ids=(0,), start_s=0.0, quote="copper covered the roof"),
    )
