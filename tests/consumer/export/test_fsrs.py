"""The page's own scheduler gives the numbers of the reference implementation."""

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import deno
from fsrs import Card, Rating, Scheduler

SCRIPT = resources.files("consumer.export").joinpath("templates/study/fsrs.js").read_text("utf-8")
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
HISTORIES, REVIEWS = 300, 12
WAITS_S = (30, 300, 660, 4 * 3600, 86_400, 3 * 86_400, 20 * 86_400, 400 * 86_400)


def _histories() -> list[list[tuple[int, int]]]:
    """Ratings 1 to 4, each so many seconds after the one before; the first ones are every start there is."""
    chance = random.Random(7)
    return [
        [(number % 4 + 1 if not at else chance.randint(1, 4), chance.choice(WAITS_S)) for at in range(REVIEWS)]
        for number in range(HISTORIES)
    ]


def _reference(history: list[tuple[int, int]]) -> list[list[float]]:
    scheduler, card, now = Scheduler(enable_fuzzing=False), Card(card_id=1), START
    seen: list[list[float]] = []
    for rating, wait_s in history:
        now += timedelta(seconds=wait_s)
        card, _ = scheduler.review_card(card, Rating(rating), now)
        assert card.stability is not None
        assert card.difficulty is not None
        seen.append([card.state.value, card.stability, card.difficulty, (card.due - now).total_seconds()])
    return seen


def _ours(histories: list[list[tuple[int, int]]]) -> list[list[list[float]]]:
    program = f"""{SCRIPT}
    const states = ["", "learning", "review", "relearning"];
    console.log(JSON.stringify({json.dumps(histories)}.map((history) => {{
      let [card, now] = [null, {int(START.timestamp() * 1000)}];
      return history.map(([rating, wait]) => {{
        now += wait * 1000;
        card = fsrs.review(card, rating, now);
        return [states.indexOf(card.state), card.stability, card.difficulty, (card.due - now) / 1000];
      }});
    }})));"""
    done = subprocess.run([deno.find_deno_bin(), "run", "-"], input=program, capture_output=True, text=True, check=True)
    answer: Any = json.loads(done.stdout)
    return answer


def test_every_state_stability_difficulty_and_interval_is_the_references() -> None:
    histories = _histories()
    for history, ours in zip(histories, _ours(histories), strict=True):
        for mine, theirs in zip(ours, _reference(history), strict=True):
            assert mine[0] == theirs[0]
            assert mine[3] == theirs[3]
            assert abs(mine[1] - theirs[1]) <= 1e-9 * theirs[1]
            assert abs(mine[2] - theirs[2]) <= 1e-9
