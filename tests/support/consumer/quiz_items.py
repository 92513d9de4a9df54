"""Quiz items that break no rule unless told."""

from consumer.material import Proof, QuizItem

Options = tuple[str, str, str, str]
FAIR: Options = ("Copper", "Marble", "Timber", "Silver")


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
