"""What the language model stand-ins answer: notes that quote the transcript they were sent."""

import json
import re
from collections.abc import Mapping, Sequence

Notes = Mapping[str, Sequence[Mapping[str, str]]]


def write_notes(prompt: str) -> str:
    """The JSON that a well-behaved model would write for the last task in `prompt`."""
    transcript = prompt.rsplit("<transcript>", maxsplit=1)[-1].split("</transcript>", maxsplit=1)[0]
    said = [sentence.strip() for sentence in re.split(r"(?<=[.!?。])\s*", transcript.split("\n\n", 1)[-1])]
    useful = [sentence for sentence in said if len(sentence) > 12]
    task = prompt.rsplit("</transcript>", maxsplit=1)[-1]
    count = int(re.findall(r"Write (\d+)", task)[0])
    if "flashcards" in task:
        return json.dumps({"cards": [card(quote) for quote in useful[:count]], "quiz": []}, ensure_ascii=False)
    return json.dumps({"cards": [], "quiz": [item(quote) for quote in useful[-count:]]}, ensure_ascii=False)


def card(quote: str) -> dict[str, str]:
    """A valid flashcard about one sentence."""
    return {"front": f"What was said with “{quote[:24]}…”?", "back": quote, "quote": quote}


def item(quote: str) -> dict[str, str]:
    """A valid quiz item about one sentence; the right option is written first."""
    return {
        "stem": f"How does the sentence “{quote[:24]}…” end?",
        "option_a": quote[24:60] or quote,
        "option_b": "with the opposite of it",
        "option_c": "with another number",
        "option_d": "with nothing of the kind",
        "correct": "a",
        "explanation": f"The lecture says: {quote}",
        "quote": quote,
    }
