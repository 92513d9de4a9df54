"""What is known of each language: its small words, how it names things and how it says what they are."""

import re
from dataclasses import dataclass

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class Language:
    """The grammar of one language, as far as finding definitions needs it.

    `is_a` matches between a term and what it is; `naming` ends where a term begins; `named` has the term inside, as
    the group `term`. What `leaning` words open cannot be understood without the sentence before.
    """

    code: str
    function_words: frozenset[str]
    determiners: frozenset[str]
    articles: frozenset[str]
    """The definite ones, which point at nothing before a noun."""
    labels: frozenset[str]
    """What may stand before a term and is no part of it: `the word`, `the initials`."""
    indefinite: frozenset[str]
    """Those of them that speak of things in general: `a`, `an`; in Spanish and French the definite ones as well."""
    things: frozenset[str]
    """What stands for something that is not said: `thing`, `something`."""
    joiners: frozenset[str]
    """Small words that may stand inside a term: `theory of mind`, `prueba de trabajo`."""
    genitives: frozenset[str]
    """Those of them that may stand inside the subject of a definition."""
    negations: frozenset[str]
    connectors: frozenset[str]
    """What a sentence may begin with before its subject."""
    leaning: frozenset[str]
    speakers: frozenset[str]
    """I, we, you: a sentence with one of these talks about the talk as often as about the subject."""
    talk: Pattern
    """Words of the talk about the talk: chapters, sponsors, farewells."""
    plans: Pattern
    """What the speaker is going to do, and what students are promised."""
    vague: Pattern
    """What a definition never begins with: `a bit`, `a big problem`, `an example of`."""
    half: Pattern
    """`not just`: what a thing is more than, without what it is."""
    is_a: tuple[Pattern, ...]
    naming: tuple[Pattern, ...]
    named: tuple[Pattern, ...]
    stands_for: tuple[Pattern, ...]
    """Between an abbreviation and its words."""
    because: Pattern
    """Between a fact and its reason, the groups `fact` and `reason`."""
    why: str
    """The front of a card that asks for a reason, with the fact for `{fact}`."""
    asks: str
    """The front of a card, with the term for `{term}`."""
    matches: str
    """The stem of a quiz item, with the definition for `{definition}`."""
    nouns_have_capitals: bool = False
    elisions: Pattern | None = None
    """Small words that are written together with the next: `l'eau`."""
    particles: frozenset[str] = frozenset()
    """What makes a verb of the word before: `called dropping out`."""


def words(text: str) -> frozenset[str]:
    """A set of words from a text."""
    return frozenset(text.split())


def pattern(text: str) -> Pattern:
    """A pattern that is blind to case. Sentences have single spaces."""
    return re.compile(text, re.IGNORECASE)


def language_of(code: str) -> Language | None:
    """The grammar for a code such as `en`; None where we know none."""
    from consumer.study.extract.languages.english import ENGLISH
    from consumer.study.extract.languages.french import FRENCH
    from consumer.study.extract.languages.german import GERMAN
    from consumer.study.extract.languages.spanish import SPANISH

    known = {language.code: language for language in (ENGLISH, GERMAN, SPANISH, FRENCH)}
    return known.get(code.partition("-")[0].casefold())
