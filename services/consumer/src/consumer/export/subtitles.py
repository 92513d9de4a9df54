"""A transcript as SubRip, WebVTT or plain text."""

from collections.abc import Iterable, Iterator

from consumer.models import Segment, Transcript

PARAGRAPH_PAUSE_S = 2.0
"""A pause this long starts a new paragraph of the plain text."""
PARAGRAPH_CHARACTERS = 600
"""So does the next sentence once a paragraph is this long."""
SHORTEST_CUE_S = 0.001
"""Players drop a cue that ends when it starts."""


def to_srt(transcript: Transcript) -> str:
    """SubRip: numbered from 1, `HH:MM:SS,mmm`, an empty line after each cue."""
    cues = enumerate(_spoken(transcript), start=1)
    return "".join(f"{number}\n{_times(segment, ',')}\n{_one_line(segment.text)}\n\n" for number, segment in cues)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): `&<>` escaped, so that no text becomes markup or an arrow."""
    cues = (f"{_times(segment, '.')}\n{_escaped(segment.text)}\n\n" for segment in _spoken(transcript))
    return "WEBVTT\n\n" + "".join(cues)


def to_text(transcript: Transcript) -> str:
    """Paragraphs, each opened by its time, an empty line between them."""
    return "".join(
        f"[{clock(paragraph[0].start)}] {' '.join(_one_line(segment.text) for segment in paragraph)}\n\n"
        for paragraph in paragraphs(transcript.segments)
    )


def paragraphs(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments with text, grouped at pauses and at a readable length."""
    grouped: list[list[Segment]] = []
    for segment in segments:
        if not segment.text.strip():
            continue
        if not grouped or _starts_paragraph(grouped[-1], segment):
            grouped.append([])
        grouped[-1].append(segment)
    return grouped


def clock(seconds: float) -> str:
    """`1:05`, `1:02:05`: the whole second, as players show it."""
    minutes, second = divmod(int(max(seconds, 0)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _starts_paragraph(paragraph: list[Segment], segment: Segment) -> bool:
    length = sum(len(part.text) for part in paragraph)
    return segment.start - paragraph[-1].end >= PARAGRAPH_PAUSE_S or length >= PARAGRAPH_CHARACTERS


def _spoken(transcript: Transcript) -> Iterator[Segment]:
    return (segment for segment in transcript.segments if segment.text.strip())


def _times(segment: Segment, point: str) -> str:
    end = max(segment.end, segment.start + SHORTEST_CUE_S)
    return f"{_stamp(segment.start, point)} --> {_stamp(end, point)}"


def _stamp(seconds: float, point: str) -> str:
    """Rounded once, to milliseconds, before it is taken apart: 59.9996 s is `00:01:00`, never `00:00:60`."""
    total_s, millisecond = divmod(round(max(seconds, 0) * 1000), 1000)
    minutes, second = divmod(total_s, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{millisecond:03}"


def _one_line(text: str) -> str:
    """An empty line would end the cue."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
