"""Notes on the sample lecture as a person would write them: what the README's picture shows, without a key."""

from consumer.material import BLANK, Card, Outline, Proof, QuizItem, Section, StudyMaterial, Term
from consumer.models import Segment, Transcript

CHAPTERS = (
    ("gravity", "Gravity", "Chapter one", "What pulls what: planets, the sun, the moon and the ocean."),
    ("light", "Light", "Chapter two", "How fast light is, and what a telescope does with it."),
    ("history", "The first computers", "Chapter three", "From the first machine to a computer of thirty meters."),
    ("networks", "Networks", "describes the networks", "What computers became, and what they carry."),
)
CARDS = (
    ("Which body has the strong force, in this lecture?", "The sun", "strong force"),
    (f"The moon can move the {BLANK} of the ocean every day.", "water", "water of the ocean"),
    ("How far away is the sun, for light?", "Eight minutes", "eight minutes"),
    (
        "What does the glass of a telescope do?",
        "It changes the light that the telescope collects",
        "the glass can change",
    ),
    ("Who designed the first machine?", "The engineer", "the engineer designed"),
    ("How long was the old computer?", "Thirty meters", "thirty meters long"),
)
QUIZ = (
    ("How old is the light of the star?", ("four years", "eight minutes", "a century", "a day"), "four years old"),
    ("Where was the old computer?", ("in the university", "on the mountain", "in the library", "at sea"), "university"),
)
WHY_WRONG = (
    "",
    "That is how far the sun is.",
    "Then the first machine was designed.",
    "Nothing in the lecture lasts so long.",
)
TERM = ("gravity", "What every planet has, and what lets the earth pull the moon.", "about gravity")


def by_hand(said: Transcript) -> StudyMaterial:
    """The notes, each with the sentence of the transcript that proves it. Raises LookupError for another lecture."""
    cards = tuple(
        Card(
            id=f"hand-c{at}",
            front=front,
            back=back,
            proof=_proof(said, words),
            kind="cloze" if BLANK in front else "basic",
        )
        for at, (front, back, words) in enumerate(CARDS)
    )
    quiz = tuple(
        QuizItem(
            id=f"hand-q{at}",
            stem=stem,
            options=options,
            key=0,
            explanation="The lecturer says it in one sentence.",
            why_wrong=("", *WHY_WRONG[1:]) if not at else ("", "", "", ""),
            proof=_proof(said, words),
        )
        for at, (stem, options, words) in enumerate(QUIZ)
    )
    term, definition, words = TERM
    terms = (Term(heard=term, correct=term, definition=definition, proof=_proof(said, words)),)
    summary = "Gravity, light, and how computers came about, told in four chapters."
    outline = Outline(summary=summary, sections=_sections(said), terms=terms)
    return StudyMaterial(provider="openai", model="hand", cards=cards, quiz=quiz, outline=outline)


def _sections(said: Transcript) -> tuple[Section, ...]:
    starts = [_segment(said, words).start for _, _, words, _ in CHAPTERS]
    starts[0] = 0.0
    ends = [*starts[1:], said.duration_s]
    return tuple(
        Section(id=name, title=title, summary=summary, start_s=start, end_s=end)
        for (name, title, _, summary), start, end in zip(CHAPTERS, starts, ends, strict=True)
    )


def _proof(said: Transcript, words: str) -> Proof:
    segment = _segment(said, words)
    return Proof(segment_ids=(segment.id,), start_s=segment.start, end_s=segment.end, quote=segment.text.strip())


def _segment(said: Transcript, words: str) -> Segment:
    found = [segment for segment in said.segments if words.lower() in segment.text.lower()]
    if not found:
        raise LookupError(f"nobody says “{words}” in this lecture")
    return found[0]
