"""A transcript as text, SubRip, WebVTT or tab-separated values."""

from collections.abc import Iterable
from typing import Literal

from transcriber.schemas import Format, Segment, Transcript

ResponseFormat = Literal["json", "text", "srt", "verbose_json", "vtt"]  # OpenAI's

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "text": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}


def render(transcript: Transcript, output_format: Format) -> str:
    """The body of an answer in any format but ndjson."""
    if output_format == "text":
        return to_text(transcript)
    if output_format == "srt":
        return to_srt(transcript.segments)
    if output_format == "vtt":
        return to_vtt(transcript.segments)
    return to_tsv(transcript.segments) if output_format == "tsv" else transcript.model_dump_json()


def to_text(transcript: Transcript) -> str:
    """One segment a line."""
    return "".join(f"{segment.text}\n" for segment in transcript.segments)


def to_srt(segments: Iterable[Segment]) -> str:
    """SubRip: numbered from 1, a comma before the milliseconds."""
    cues = (
        f"{number}\n{clock(s.start, ',')} --> {clock(s.end, ',')}\n{_cue(s.text)}\n"
        for number, s in enumerate(segments, 1)
    )
    return "\n".join(cues)


def to_vtt(segments: Iterable[Segment]) -> str:
    """WebVTT, https://www.w3.org/TR/webvtt1/."""
    cues = (f"{clock(s.start, '.')} --> {clock(s.end, '.')}\n{_escaped(_cue(s.text))}\n" for s in segments)
    return "\n".join(["WEBVTT\n", *cues])


def to_tsv(segments: Iterable[Segment]) -> str:
    """Start and end in milliseconds, then the text."""
    rows = (f"{round(s.start * 1000)}\t{round(s.end * 1000)}\t{s.text.replace(chr(9), ' ')}\n" for s in segments)
    return "".join(["start\tend\ttext\n", *rows])


def clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and milliseconds; rounding carries over, so 59.9996 is a whole minute."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _cue(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
