"""What lets a student guess a quiz instead of knowing it: found by `lint`, mended or left out by `mend`."""

from collections.abc import Iterator, Sequence

from consumer.material import QuizItem
from consumer.models import Record
from consumer.study.lint.flaws import RULES
from consumer.study.lint.mending import Mended, mend
from consumer.study.lint.together import crowded, given_away, repeated

__all__ = ["Finding", "Mended", "QuizLint", "lint", "mend"]
TOGETHER = {
    "position": ("the right answer stands here more often than elsewhere", crowded),
    "duplicate": ("another item asks the same", repeated),
    "given_away": ("the question tells another item's answer", given_away),
}
MEASURES = "how hard the items are to guess, not whether they are worth asking"


class Finding(Record):
    """One rule that these items break, in words for whoever reads the asset."""

    rule: str
    items: tuple[str, ...]
    says: str


class QuizLint(Record):
    """`score` is the share of items (0 to 1) that break no rule; None where there is nothing to praise."""

    score: float | None
    findings: tuple[Finding, ...]
    measures: str = MEASURES


def lint(quiz: Sequence[QuizItem]) -> QuizLint:
    """Check a whole quiz: a score from 0 to 1, and the rules that it breaks with the ids of the items that do."""
    findings = tuple(finding for finding in _findings(quiz) if finding.items)
    flagged = {item for finding in findings for item in finding.items}
    return QuizLint(score=round(1 - len(flagged) / len(quiz), 3) if quiz else None, findings=findings)


def _findings(quiz: Sequence[QuizItem]) -> Iterator[Finding]:
    for rule, (says, breaks) in RULES.items():
        yield Finding(rule=rule, items=tuple(item.id for item in quiz if breaks(item)), says=says)
    for rule, (says, find) in TOGETHER.items():
        found = find(quiz)
        yield Finding(rule=rule, items=tuple(item.id for item in quiz if item.id in found), says=says)
