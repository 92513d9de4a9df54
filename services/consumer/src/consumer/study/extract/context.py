"""What a sentence needs around it to be understood."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from consumer.study.extract.languages import words
from consumer.study.extract.sentences import Sentence
from consumer.study.extract.vocabulary import Vocabulary

OPENING = 3
"""Words at a sentence's beginning among which a pronoun points back."""
FEWEST_ALONE, MOST_ALONE = 8, 30
"""Words of a sentence on a card by itself."""
MOST_TOGETHER = 60
"""Words of two sentences, one of which names what the other describes."""
MOST_CHARACTERS = 320
"""Of a card's side, and of a quiz item's stem with what it asks."""
NEAR = 3
"""Words before a naming among which a pronoun stands for what is named."""
NEVER_NAMED = words("he she they that which er ihr él ella ellos il elle ils on das here hier aquí allí ici là")
"""Words that say who names or where, not what is named."""
ABOUT_ME = words("i i'm i've i'd ich yo je j'ai")


def leans(sentence: Sentence, vocabulary: Vocabulary, *, barely: bool = False) -> bool:
    """Whether its opening points at something said before; `barely`: with a pronoun that has no noun beside it."""
    language, rest = vocabulary.language, list(sentence.words)
    while rest and rest[0].key in language.connectors:
        rest.pop(0)
    for at, (word, beside) in enumerate(zip_longest(rest[:OPENING], rest[1 : OPENING + 1])):
        has_noun = word.key in language.determiners and beside is not None and not vocabulary.is_function(beside)
        if word.key in language.articles:
            if not has_noun and not barely:
                return True  # `the first one`
        elif word.key in language.leaning and not (barely and (has_noun or at)):
            return True
    return False


def stands_alone(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    """Whether it is a statement about the subject, of readable length, that needs neither neighbour nor speaker."""
    language = vocabulary.language
    return (
        FEWEST_ALONE <= len(sentence.words) <= MOST_ALONE
        and len(sentence.text) <= MOST_CHARACTERS
        and sentence.text.rstrip('"”’)»').endswith((".", "!"))
        and not (sentence.is_question or sentence.is_stumbling or leans(sentence, vocabulary))
        and not is_talk(sentence.text, vocabulary)
        and language.speakers.isdisjoint(word.key for word in sentence.words)
    )


def is_talk(text: str, vocabulary: Vocabulary) -> bool:
    """Whether it talks about the talk."""
    return bool(vocabulary.language.talk.search(text) or vocabulary.language.plans.search(text))


def is_about_me(text: str) -> bool:
    """Whether the speaker says I."""
    return not ABOUT_ME.isdisjoint(text.casefold().replace("’", "'").split())


def with_antecedent(
    sentence: Sentence, text: str, match: re.Match[str], said: Sequence[Sentence], vocabulary: Vocabulary
) -> str | None:
    """`text`, the beginning of a sentence that names something, and the sentence before where that is needed.

    None where it is needed and does not help.
    """
    needs = _points(sentence, match, vocabulary) or leans(sentence, vocabulary, barely=True)
    if needs or leans(sentence, vocabulary):
        earlier = said[sentence.number - 1] if sentence.number else None
        together = f"{earlier.text} {text}" if earlier else ""
        is_short = len(together.split()) <= MOST_TOGETHER and len(together) <= MOST_CHARACTERS
        if earlier and is_short and _can_introduce(earlier, vocabulary):
            return together
    return None if needs else text


def _can_introduce(earlier: Sentence, vocabulary: Vocabulary) -> bool:
    is_unclear = earlier.is_question or earlier.is_stumbling or leans(earlier, vocabulary)
    return not (is_unclear or is_talk(earlier.text, vocabulary) or is_about_me(earlier.text))


def _points(sentence: Sentence, match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether what is named is only `it` or `this`, right where it is named."""
    if "that" in match.group().casefold().split():
        return True
    pointing = vocabulary.language.leaning - NEVER_NAMED
    earlier = [word for word in sentence.words if word.end <= match.start()]
    near = [
        *earlier[-NEAR:],
        *(word for word in sentence.words if match.start() <= word.start and word.end <= match.end()),
    ]
    return any(
        word.key in pointing and (beside is None or vocabulary.is_function(beside))
        for word, beside in zip_longest(near, near[1:])
    )
