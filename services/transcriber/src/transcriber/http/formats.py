"""A transcript as JSON, text, SubRip, WebVTT or tab-separated values."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from transcriber.schemas import Cue, CueLayout, Done, EngineEvent, Format, Segment, SegmentEvent, Transcript
from transcriber.text.cues import cues

ResponseFormat = Literal["json", "text", "srt", "verbose_json", "vtt"]  # OpenAI's

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "text": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}


PLAIN = CueLayout()
OF_CUES = ("srt", "vtt")
"""The formats that are made of words with times."""


@dataclass(frozen=True)
class Parts:
    """What a JSON answer has beside its segments: words if asked for, cues where there is a layout for them."""

    words: bool
    layout: CueLayout | None

    def event(self, event: EngineEvent) -> EngineEvent:
        """An event with these parts and no others; for a long file's last one this takes a second."""
        if isinstance(event, SegmentEvent):
            return SegmentEvent(segment=self._segment(event.segment))
        return Done(transcript=self.transcript(event.transcript)) if isinstance(event, Done) else event

    def transcript(self, whole: Transcript) -> Transcript:
        """A transcript with these parts and no others."""
        made = None if self.layout is None else cues(whole.segments, self.layout, whole.duration_s)
        return whole.model_copy(update={"segments": tuple(map(self._segment, whole.segments)), "cues": made})

    def _segment(self, segment: Segment) -> Segment:
        return segment if self.words else segment.model_copy(update={"words": None})


def render(transcript: Transcript, output_format: Format, layout: CueLayout = PLAIN) -> str:
    """The body of an answer in any format but ndjson; subtitles are cut as `layout` says."""
    if output_format in OF_CUES:
        write = to_srt if output_format == "srt" else to_vtt
        return write(cues(transcript.segments, layout, transcript.duration_s))
    if output_format == "text":
        return to_text(transcript)
    return to_tsv(transcript.segments) if output_format == "tsv" else transcript.model_dump_json()


def to_text(transcript: Transcript) -> str:
    """One segment a line."""
    return "".join(f"{segment.text}\n" for segment in transcript.segments)


def to_srt(cues: Iterable[Cue]) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds; no arrow in the text."""
    written = (f"{number}\n{_times(cue, ',')}\n{_lines(cue, _plain)}\n" for number, cue in enumerate(cues, 1))
    return "\n".join(written)


def to_vtt(cues: Iterable[Cue]) -> str:
    """WebVTT, https://www.w3.org/TR/webvtt1/: `&<>` escaped, so that no text becomes markup or an arrow."""
    return "\n".join(["WEBVTT\n", *(f"{_times(cue, '.')}\n{_lines(cue, _escaped)}\n" for cue in cues)])


def to_tsv(segments: Iterable[Segment]) -> str:
    """Start and end in milliseconds, then the text."""
    rows = (f"{round(s.start * 1000)}\t{round(s.end * 1000)}\t{s.text.replace(chr(9), ' ')}\n" for s in segments)
    return "".join(["start\tend\ttext\n", *rows])


def clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and milliseconds; rounding carries over, so 59.9996 is a whole minute."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _times(cue: Cue, point: str) -> str:
    return f"{clock(cue.start, point)} --> {clock(cue.end, point)}"


def _lines(cue: Cue, write: Callable[[str], str]) -> str:
    """The word that is being said is underlined, as openai-whisper does."""
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
