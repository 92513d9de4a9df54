"""A transcript as SubRip, WebVTT or plain text."""

from collections.abc import Callable, Iterable, Iterator

from consumer.models import Cue, Segment, Transcript

PARAGRAPH_PAUSE_S = 2.0
"""A pause this long starts a new paragraph of the plain text."""
PARAGRAPH_CHARACTERS = 600
"""So does the next sentence once a paragraph is this long."""
SHORTEST_CUE_S = 0.001
"""Players drop a cue that ends when it starts."""


def to_srt(transcript: Transcript) -> str:
    """SubRip: numbered from 1, `HH:MM:SS,mmm`, an empty line after each cue; no arrow in the text."""
    cues = enumerate(_cues(transcript), start=1)
    return "".join(f"{number}\n{_times(cue, ',')}\n{_lines(cue, _plain)}\n\n" for number, cue in cues)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/): `&<>` escaped, so that no text becomes markup or an arrow."""
    return "WEBVTT\n\n" + "".join(f"{_times(cue, '.')}\n{_lines(cue, _escaped)}\n\n" for cue in _cues(transcript))


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


def _cues(transcript: Transcript) -> Iterator[Cue]:
    """As the transcriber cut them; a transcript without cues has one a segment."""
    cues = transcript.cues
    if cues is None:
        cues = (Cue(start=s.start, end=s.end, lines=(_one_line(s.text),)) for s in transcript.segments)
    return (cue for cue in cues if any(line.strip() for line in cue.lines))


def _times(cue: Cue, point: str) -> str:
    end = max(cue.end, cue.start + SHORTEST_CUE_S)
    return f"{_stamp(cue.start, point)} --> {_stamp(end, point)}"


def _stamp(seconds: float, point: str) -> str:
    """Rounded once, to milliseconds, before it is taken apart: 59.9996 s is `00:01:00`, never `00:00:60`."""
    total_s, millisecond = divmod(round(max(seconds, 0) * 1000), 1000)
    minutes, second = divmod(total_s, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{millisecond:03}"


def _one_line(text: str) -> str:
    """An empty line would end the cue."""
    return " ".join(text.split())


def _lines(cue: Cue, write: Callable[[str], str]) -> str:
    """The word that is being said is underlined, as players of both formats show it."""
    lines = [write(line) for line in cue.lines]
    if (mark := cue.highlight) is not None:
        line = cue.lines[mark.line]
        before, word, after = line[: mark.start], line[mark.start : mark.end], line[mark.end :]
        lines[mark.line] = f"{write(before)}<u>{write(word)}</u>{write(after)}"
    return "\n".join(lines)


def _plain(text: str) -> str:
    return text.replace("-->", "->")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
