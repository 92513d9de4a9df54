"""All that can be taken from a lecture without a language model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from consumer.models import Segment
from consumer.study.extract.cloze import Gap, gaps
from consumer.study.extract.definitions import Definition, definitions
from consumer.study.extract.emptiness import why_empty
from consumer.study.extract.keyterms import KeyTerm, key_terms
from consumer.study.extract.languages import language_of
from consumer.study.extract.matching import Match, matches
from consumer.study.extract.reasons import Reason, reasons
from consumer.study.extract.sections import Passage, passages
from consumer.study.extract.sentences import is_punctuated, sentences
from consumer.study.extract.vocabulary import Vocabulary

GAPS_PER_HOUR, KEY_TERMS_PER_HOUR = 10, 20
FEWEST_KEY_TERMS = 5
NO_STOPS = "The transcript has no full stops, so no sentences could be found in it; only its key terms are listed."
NO_QUIZ = "No quiz: it takes six defined terms to choose between, or a language model."
NO_NOTES = "No cards: the lecture defines no term in a way that a program can find. A language model would find more."


@dataclass(frozen=True)
class Notes:
    """Definitions and key terms in the order of the lecture; gaps and quiz items best first; what is to be said."""

    definitions: tuple[Definition, ...] = ()
    key_terms: tuple[KeyTerm, ...] = ()
    reasons: tuple[Reason, ...] = ()
    gaps: tuple[Gap, ...] = ()
    matches: tuple[Match, ...] = ()
    passages: tuple[Passage, ...] = ()
    warnings: tuple[str, ...] = ()
    asks: str = ""
    """The front of a definition's card, in the lecture's language; the next two ask for a reason and for a term."""
    why: str = ""
    which: str = ""


def extract(segments: Sequence[Segment], code: str) -> Notes:
    """Read a lecture in the language `code`. As few notes as are good; with none, `warnings` says why."""
    if why := why_empty(segments):
        return Notes(warnings=(why,))
    language = language_of(code)
    if language is None:
        return Notes(warnings=(f"Cards in the language '{code}' need a language model.",))
    said = sentences(segments, language)
    vocabulary = Vocabulary(said, language)
    hours = sum(max(segment.end - segment.start, 0) for segment in segments) / 3600
    listed = key_terms(said, vocabulary)
    if not is_punctuated(said):
        index = _index(listed, (), hours, vocabulary)
        turns = passages(segments, [each.term for each in index], vocabulary)
        return Notes(key_terms=index, passages=tuple(turns), warnings=(NO_STOPS,))
    defined = definitions(said, vocabulary)
    why = tuple(reasons(said, vocabulary))
    terms = [*(each.term for each in defined), *(each.term for each in listed)]
    taken = frozenset(
        {sentence.number for sentence in said if any(sentence.text in each.quote for each in (*defined, *why))}
    )
    asked = tuple(islice(gaps(said, terms, taken, vocabulary), math.ceil(GAPS_PER_HOUR * hours)))
    quiz = tuple(matches(defined, vocabulary))
    warnings = [] if quiz else [NO_QUIZ]
    warnings += [] if defined or why or asked else [NO_NOTES]
    index = _index(listed, defined, hours, vocabulary)
    turns = passages(segments, [each.term for each in (*defined, *index)], vocabulary)
    return Notes(
        definitions=tuple(defined),
        key_terms=index,
        passages=tuple(turns),
        reasons=why,
        gaps=asked,
        matches=quiz,
        warnings=tuple(warnings),
        asks=language.asks,
        why=language.why,
        which=language.matches,
    )


def _index(
    listed: Sequence[KeyTerm], defined: Sequence[Definition], hours: float, vocabulary: Vocabulary
) -> tuple[KeyTerm, ...]:
    """The most telling key terms that are not defined, in the order of the lecture."""
    known = {vocabulary.key(each.term) for each in defined}
    new = [term for term in listed if vocabulary.key(term.term) not in known]
    most = max(math.ceil(KEY_TERMS_PER_HOUR * hours), FEWEST_KEY_TERMS)
    return tuple(sorted(new[:most], key=lambda term: term.number))
