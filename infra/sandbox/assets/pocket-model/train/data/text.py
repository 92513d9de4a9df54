"""What is said: sentences of a lecture grammar, of prose where given, random word strings, three more languages."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
LANGUAGES = ("en", "de", "fr", "es")
SHARES = {"lecture": 46, "prose": 20, "strings": 25, "foreign": 9}


@dataclass(frozen=True)
class Line:
    """One sentence, its language code, and which kind of text it is (a key of SHARES)."""

    text: str
    language: str
    kind: str


@dataclass(frozen=True)
class Rule:
    """The alternatives of one rule and their weights."""

    alternatives: list[str]
    weights: list[int]


class Grammar:
    """Expands the rules of grammar.toml with the lists of words.toml."""

    def __init__(self) -> None:
        lists: dict[str, list[str]] = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
        rules: dict[str, dict[str, int]] = tomllib.loads((HERE / "grammar.toml").read_text("utf-8"))
        self._capitalised = "|".join(lists.pop("capitalised"))
        self._rules = {name: Rule(words, [1] * len(words)) for name, words in lists.items()}
        self._rules |= {name: Rule(list(table), list(table.values())) for name, table in rules.items()}

    def sentence(self, rule: str, rng: Random) -> str:
        """One finished sentence of `rule` (`sentence`, `de`, `fr` or `es`)."""
        return self.finish(self._expand(rule, rng))

    def finish(self, text: str) -> str:
        """`text` with articles agreed, capitals set and a full stop at its end."""
        text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
        text = re.sub(rf"\b({self._capitalised})\b", lambda match: match[0].capitalize(), text)
        text = text[0].upper() + text[1:]
        return text if text[-1] in ".?" else text + "."

    def words(self) -> list[str]:
        """Every English word that the rules can say, plurals included, sorted."""
        english = {name: rule for name, rule in self._rules.items() if name[:3] not in {"de_", "fr_", "es_"}}
        templates = [text for name, rule in english.items() if name not in LANGUAGES for text in rule.alternatives]
        singular = {word.lower() for text in templates for word in re.findall(r"[A-Za-z]+(?![\w:]*})", text)}
        return sorted(singular | {plural(word) for name in ("person", "thing") for word in english[name].alternatives})

    def _expand(self, name: str, rng: Random) -> str:
        name, _, number = name.partition(":")
        rule = self._rules[name]
        template = rng.choices(rule.alternatives, rule.weights)[0]
        text = re.sub(r"{([\w:]+)}", lambda match: self._expand(match[1], rng), template)
        return plural(text) if number else text


def plural(noun: str) -> str:
    """The regular plural (the model learns what is said, right or wrong)."""
    if noun.endswith(("s", "sh", "ch", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


@dataclass
class Writer:
    """Draws lines in the shares of the recipe; without prose its share goes to the lecture grammar."""

    grammar: Grammar
    vocabulary: list[str]
    prose: list[str] = field(default_factory=list[str])

    def line(self, rng: Random) -> Line:
        """The next line."""
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        return self.of_kind(kind, rng)

    def of_kind(self, kind: str, rng: Random) -> Line:
        """A line of one kind (a key of SHARES)."""
        if kind == "strings":
            return Line(self._string(rng), "en", kind)
        if kind == "foreign":
            language = rng.choice(LANGUAGES[1:])
            return Line(self.grammar.sentence(language, rng), language, kind)
        if kind == "prose" and self.prose:
            return Line(rng.choice(self.prose), "en", kind)
        return Line(self.grammar.sentence("sentence", rng), "en", "lecture")

    def _string(self, rng: Random) -> str:
        words = rng.choices(self.vocabulary, k=rng.randint(2, 9))
        if len(words) > 3 and rng.random() < 0.25:
            words[rng.randrange(len(words) - 1)] += ","
        return self.grammar.finish(" ".join(words))


def vocabulary(grammar: Grammar) -> list[str]:
    """Every English word the model is taught: those of vocabulary.txt and of the grammar, sorted."""
    listed = (HERE.parent / "vocabulary.txt").read_text("utf-8").split()
    return sorted({*listed, *grammar.words()})
