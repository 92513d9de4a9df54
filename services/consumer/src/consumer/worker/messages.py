"""What a queue message asks for, whatever it is wrapped in, or an error that says what is wrong with it."""

import json
import re
from dataclasses import dataclass, field
from typing import Any, cast

from consumer.database.videos import Videos
from consumer.errors import BadMessage
from consumer.models import Job, Priority, Recording, StudyWishes
from consumer.worker.recordings import from_event, parse_recording, recording_of_key
from consumer.youtube.urls import parse_video_id, parse_video_url

ID = ("video_id", "videoId")
URL = ("youtube_url", "youtubeUrl", "url")
S3_KEY = ("s3_key", "s3Key")
MOST_CARDS, MOST_CHARACTERS = 500, 200
YOUTUBE_ID = ("youtube_id", "youtubeId")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # such as de, pt-BR, zh-Hans
ROW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}|[A-Za-z0-9_-]{11}")  # YouTube's may begin with - or _
MOST_ENVELOPES = 4  # EventBridge to SNS to SQS is two


@dataclass(frozen=True)
class Wanted:
    """The row's id, and the YouTube video or the recording; where both are None, only the row can tell."""

    video_id: str
    youtube_id: str | None
    language: str | None = None
    recording: Recording | None = None
    study: StudyWishes = field(default_factory=StudyWishes)
    priority: Priority = "bulk"


def parse(body: str) -> Wanted:
    """What a message asks for; SNS and EventBridge envelopes are opened, S3's own events understood.

    A YouTube video alone is a row of that id. Raises BadMessage, which names the row where the message does.
    """
    fields = _opened(_object(body))
    if event := from_event(fields):
        return Wanted(event[0], None, recording=event[1])
    video_id = _text(fields, ID)
    if video_id is not None:
        check_video_id(video_id)
    try:
        youtube_id, recording = _source(fields)
        wishes = (_language(fields), recording, _study(fields), _priority(fields))
    except BadMessage as error:
        raise BadMessage(str(error), code=error.code, video_id=video_id) from error
    if video_id or youtube_id:
        return Wanted(video_id or youtube_id or "", youtube_id, *wishes)
    raise BadMessage("the message has neither video_id nor youtube_url", code="no_video_id")


async def read_job(body: str, videos: Videos) -> Job:
    """The job that a message asks for; where it names only a row, the row may hold the address.

    Raises BadMessage, and what `videos` raises.
    """
    wanted = parse(body)
    video_id, address = await videos.find(wanted.video_id)
    youtube_id, recording = wanted.youtube_id, wanted.recording
    try:
        if youtube_id is None and recording is None:
            youtube_id, recording = parse_address(address)
    except BadMessage as error:
        raise BadMessage(str(error), code=error.code, video_id=video_id) from error
    return Job(video_id, youtube_id, wanted.language, recording, wanted.study, wanted.priority)


def parse_address(text: str | None) -> tuple[str | None, Recording | None]:
    """The YouTube video or else the recording that a row's address names. Raises BadMessage."""
    if not text:
        raise BadMessage("the message has no youtube_url, and its row has none", code="no_url")
    recording = parse_recording(text)
    return (None, recording) if recording else (parse_video_url(text), None)


def check_video_id(video_id: str) -> None:
    """Raises BadMessage where no message could name this row."""
    if not ROW_ID.fullmatch(video_id):
        words = f"video_id {video_id[:40]!r} is not an id: letters, digits and _ . : - only"
        raise BadMessage(words, code="bad_video_id")


def check_language(language: str | None, name: str = "language") -> None:
    """Raises BadMessage where it is none; `name` is the message's field."""
    if language is not None and not LANGUAGE.fullmatch(language):
        words = f"{name} {language[:40]!r} is no language: it should be like de or pt-BR"
        raise BadMessage(words, code="bad_language")


def _opened(fields: dict[str, Any]) -> dict[str, Any]:
    """What is inside of the envelopes of SNS and EventBridge, in any order."""
    for _ in range(MOST_ENVELOPES):
        if fields.get("Type") == "Notification" and isinstance(fields.get("Message"), str):
            fields = _object(fields["Message"])
        elif "detail-type" in fields and isinstance(fields.get("detail"), dict):
            fields = fields["detail"]
        else:
            break
    return fields


def _source(fields: dict[str, Any]) -> tuple[str | None, Recording | None]:
    """An object's key wins over an address, and that over the bare id."""
    if (key := _text(fields, S3_KEY)) is not None:
        return None, recording_of_key(key)
    if (url := _text(fields, URL)) is not None:
        return parse_address(url)
    bare = _text(fields, YOUTUBE_ID)
    return (None if bare is None else parse_video_id(bare)), None


def _study(fields: dict[str, Any]) -> StudyWishes:
    language = _text(fields, ("study_language", "studyLanguage"))
    check_language(language, "study_language")
    level, course = (_phrase(fields, name) for name in ("level", "course"))
    return StudyWishes(_cards(fields), language, level, course)


def _phrase(fields: dict[str, Any], name: str) -> str | None:
    text = _text(fields, (f"study_{name}", f"study{name.title()}"))
    if text is not None and (len(text) > MOST_CHARACTERS or not text.isprintable()):
        words = f"study_{name} {text[:40]!r} should be one line of at most {MOST_CHARACTERS} characters"
        raise BadMessage(words, code=f"bad_{name}")
    return text


def _cards(fields: dict[str, Any]) -> int | None:
    cards = _text(fields, ("cards",))
    if cards is not None and not (cards.isdecimal() and 1 <= int(cards) <= MOST_CARDS):
        raise BadMessage(f"cards {cards[:40]!r} should be a number from 1 to {MOST_CARDS}", code="bad_cards")
    return None if cards is None else int(cards)


def _priority(fields: dict[str, Any]) -> Priority:
    match _text(fields, ("priority",)):
        case "interactive":
            return "interactive"
        case None | "bulk":
            return "bulk"
        case other:
            raise BadMessage(f"priority {other[:40]!r} should be interactive or bulk", code="bad_priority")


def _language(fields: dict[str, Any]) -> str | None:
    language = _text(fields, ("language",))
    check_language(language)
    return language


def _object(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # RecursionError: a megabyte of brackets
        raise BadMessage("the message is not JSON", code="not_json") from None
    if not isinstance(found, dict):
        raise BadMessage("the message is not a JSON object", code="not_json")
    return cast("dict[str, Any]", found)


def _text(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None
