"""A lecture from start to end as a picture: pace of speech, sections, what was not understood, where notes sit.

Positions are percentages, so that the picture takes any width and its marks stay round. Colours are the page's.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from consumer.export.lecture import section_at
from consumer.material import Section, StudyMaterial
from consumer.models import Transcript

BARS = 120
PACE_PX, BAND_PX, NOTE_PX = 44, 10, 14
"""Heights: the bars of pace, the band of sections, and a lane of notes."""
FASTEST = 240.0
"""Words a minute that fill the height; CJK is counted by signs, two to a word."""


def timeline(material: StudyMaterial, transcript: Transcript) -> Markup:
    """The SVG element's content; `height()` has its height."""
    total = max(transcript.duration_s, 1.0)
    sections = material.outline.sections if material.outline else ()
    return Markup("\n").join(
        (
            *_pace(transcript, sections, total),
            *_band(sections, total),
            *_gaps(transcript, total),
            *_notes(material, total),
        )
    )


def height() -> int:
    """In pixels of the page."""
    return PACE_PX + BAND_PX + 2 * NOTE_PX + 6


def _pace(transcript: Transcript, sections: Sequence[Section], total: float) -> Iterator[Markup]:
    """A bar for each slice: words a minute."""
    words = [0.0] * BARS
    for segment in transcript.segments:
        first, last = (min(int(at_s / total * BARS), BARS - 1) for at_s in (segment.start, segment.end))
        for number in range(first, last + 1):
            words[number] += _words(segment.text) / (last + 1 - first)
    slice_min = total / BARS / 60
    for number, count in enumerate(words):
        tall = round(min(count / slice_min / FASTEST, 1.0) * PACE_PX, 1)
        at_s = (number + 0.5) * total / BARS
        place = list(sections).index(section_at(sections, at_s)) % 2 if sections else 0
        yield _rect(f"pace odd{place}", number / BARS, 0.8 / BARS, PACE_PX - tall, tall)


def _words(text: str) -> float:
    wide = sum(sign >= "\u3040" for sign in text)
    return wide / 2 if wide > len(text) / 3 else float(len(text.split()))


def _band(sections: Sequence[Section], total: float) -> Iterator[Markup]:
    for number, section in enumerate(sections):
        looks = "aside" if section.aside else f"odd{number % 2}"
        long = max(section.end_s - section.start_s, 0) / total
        box = _rect(f"part {looks}", section.start_s / total, long, PACE_PX + 2, BAND_PX)
        yield Markup("<g data-title='{}'>{}</g>").format(section.title, box)


def _gaps(transcript: Transcript, total: float) -> Iterator[Markup]:
    for start, end in transcript.coverage.gaps:
        yield _rect("gap", start / total, max((end - start) / total, 0.002), 0, PACE_PX)


def _notes(material: StudyMaterial, total: float) -> Iterator[Markup]:
    lane = PACE_PX + BAND_PX + 6
    for card in material.cards:
        mark = Markup('<circle class="note card" cx="{}%" cy="{}" r="4.5" data-note="card-{}"/>')
        yield mark.format(_percent(card.proof.start_s / total), lane + NOTE_PX / 2, card.id)
    for item in material.quiz:
        mark = Markup('<rect class="note item" x="{}%" y="{}" width="8" height="8" rx="1.5" data-note="item-{}"/>')
        yield mark.format(_percent(item.proof.start_s / total), lane + NOTE_PX + 3, item.id)


def _rect(looks: str, start: float, long: float, y: float, tall: float) -> Markup:
    box = Markup('<rect class="{}" x="{}%" width="{}%" y="{}" height="{}"/>')
    return box.format(looks, _percent(start), _percent(long), y, tall)


def _percent(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 3)
