"""How many notes each section gets, and what happens to those that are too many."""

import pytest

from consumer.material import Outline, Proof, Section, Term
from consumer.study.allocate import assign, cut, dealt
from consumer.study.check import Grounded
from consumer.study.plan import StudyPlan
from consumer.study.schema import CardDraft, Chunk, Share
from consumer.study.split import parts
from tests.support.consumer.study_samples import long_lecture

HOUR = parts(long_lecture(700).segments)
END_S = HOUR[0].segments[-1].end


def _outline(*starts: float, asides: tuple[int, ...] = (), terms: tuple[float, ...] = ()) -> Outline:
    ends = (*starts[1:], END_S)
    return Outline(
        summary="",
        sections=tuple(
            Section(id=f"s{at}", title=f"Part {at}", start_s=start, end_s=end, aside=at in asides)
            for at, (start, end) in enumerate(zip(starts, ends, strict=True))
        ),
        terms=tuple(
            Term(heard="x", correct="x", definition="x", proof=Proof(segment_ids=(0,), start_s=second, quote="x"))
            for second in terms
        ),
    )


def _cards(outline: Outline | None, plan: StudyPlan) -> dict[str | None, int]:
    found: dict[str | None, int] = {}
    for share in (share for each in assign(HOUR, outline, plan) for share in each.cards):
        found[share.section] = found.get(share.section, 0) + share.count
    return found


def test_cards_follow_speech_and_an_aside_gets_none() -> None:
    shares = _cards(_outline(0, 300, 1_500, asides=(0,)), StudyPlan(cards=30))
    assert shares == {"s1": pytest.approx(11, abs=1), "s2": pytest.approx(19, abs=1)}


def test_a_section_with_terms_gets_more() -> None:
    plain, rich = [_cards(_outline(0, END_S / 2, terms=terms), StudyPlan()) for terms in ((), (10, 20, 30, 40, 50, 60))]
    assert rich["s0"] == plain["s0"] + 2
    assert rich["s1"] == plain["s1"]


@pytest.mark.parametrize(
    ("plan", "cards"),
    [(StudyPlan(cards=7), 7), (StudyPlan(cards_per_hour=24), 23), (StudyPlan(), 46), (StudyPlan(cards=0), 0)],
)
def test_the_number_is_asked_for_or_follows_from_the_lecture(plan: StudyPlan, cards: int) -> None:
    assert sum(_cards(None, plan).values()) == cards


def test_five_hours_have_no_flat_cap() -> None:
    five = parts(long_lecture(3_700).segments)
    assert sum(share.count for each in assign(five, None, StudyPlan()) for share in each.cards) > 200


def test_chunks_follow_sections_and_cut_none() -> None:
    outline = _outline(*(float(start) for start in range(0, int(END_S), 400)))
    for each in assign(HOUR, outline, StudyPlan(cards=100)):
        for share in each.cards:
            section = next(section for section in outline.sections if section.id == share.section)
            inside = [line.id for line in HOUR[0].segments if section.start_s <= line.start < section.end_s]
            assert (share.first, share.last) == (inside[0], inside[-1])


def test_a_long_section_is_written_about_in_pieces() -> None:
    shares = [share for each in assign(HOUR, _outline(0), StudyPlan()) for share in each.cards]
    assert len(shares) == 2
    assert {share.section for share in shares} == {"s0"}


def test_shares_add_up() -> None:
    assert dealt(17, [1, 1, 1, 1, 1]) == [3, 4, 3, 4, 3]
    assert dealt(3, [0, 0]) == [0, 0]


def _note(line: int) -> Grounded[CardDraft]:
    draft = CardDraft(front=f"What is {line}?", back=f"It is {line}.", quote="x y z")
    return Grounded(draft, Proof(segment_ids=(line,), start_s=line, quote="x y z"))


def test_a_chunk_that_writes_too_much_is_cut_to_its_share_in_every_section() -> None:
    shares = [Share("s0", "", 0, 99, 2), Share("s1", "", 100, 199, 3)]
    kept = [each.proof.segment_ids[0] for each in cut([_note(line) for line in range(200)], shares)]
    assert len(kept) == 5
    assert [line < 100 for line in kept] == [True, True, False, False, False]
    assert 20 < kept[0] < 40
    assert kept[-1] > 170


def test_what_one_section_lacks_others_may_fill() -> None:
    shares = [Share("s0", "", 0, 99, 2), Share("s1", "", 100, 199, 2)]
    assert len(cut([_note(line) for line in range(100, 110)], shares)) == 4


def test_nothing_said_is_nothing_asked() -> None:
    assert assign([], None, StudyPlan()) == []
    assert assign([Chunk(0, ())], None, StudyPlan()) == []
