"""What a queue message asks for, whatever it is wrapped in, or an error that says what is wrong with it."""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from consumer.database.videos import Videos
from consumer.errors import BadMessage
from consumer.models import Job
from consumer.youtube.urls import parse_video_id, parse_video_url

ID = ("video_id", "videoId")
URL = ("youtube_url", "youtubeUrl", "url")
YOUTUBE_ID = ("youtube_id", "youtubeId")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # such as de, pt-BR, zh-Hans
ROW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}|[A-Za-z0-9_-]{11}")  # YouTube's may begin with - or _
MOST_ENVELOPES = 4  # EventBridge to SNS to SQS is two


@dataclass(frozen=True)
class Wanted:
    """The row's id and the YouTube video's, which is None where only the row can tell."""

    video_id: str
    youtube_id: str | None
    language: str | None = None


def parse(body: str) -> Wanted:
    """What a message asks for; SNS and EventBridge envelopes are opened.

    A YouTube video alone is a row of that id. Raises BadMessage, which names the row where the message does.
    """
    fields = _opened(_object(body))
    video_id = _text(fields, ID)
    if video_id is not None:
        check_video_id(video_id)
    try:
        youtube_id, language = _youtube_id(fields), _language(fields)
    except BadMessage as error:
        raise BadMessage(str(error), code=error.code, video_id=video_id) from error
    if video_id or youtube_id:
        return Wanted(video_id or youtube_id or "", youtube_id, language)
    raise BadMessage("the message has neither video_id nor youtube_url", code="no_video_id")


async def read_job(body: str, videos: Videos) -> Job:
    """The job that a message asks for; where it names only a row, the row may hold the address.

    Raises BadMessage, and what `videos` raises.
    """
    wanted = parse(body)
    video_id, address = await videos.find(wanted.video_id)
    if wanted.youtube_id is not None:
        return Job(video_id, wanted.youtube_id, wanted.language)
    if not address:
        words = "the message has no youtube_url, and its row has none"
        raise BadMessage(words, code="no_url", video_id=video_id)
    try:
        return Job(video_id, parse_video_url(address), wanted.language)
    except BadMessage as error:
        raise BadMessage(str(error), code=error.code, video_id=video_id) from error


def check_video_id(video_id: str) -> None:
    """Raises BadMessage where no message could name this row."""
    if not ROW_ID.fullmatch(video_id):
        words = f"video_id {video_id[:40]!r} is not an id: letters, digits and _ . : - only"
        raise BadMessage(words, code="bad_video_id")


def _opened(fields: dict[str, Any]) -> dict[str, Any]:
    """What is inside of the envelopes of SNS and EventBridge, in any order. Raises BadMessage for S3's."""
    for _ in range(MOST_ENVELOPES):
        if fields.get("Type") == "Notification" and isinstance(fields.get("Message"), str):
            fields = _object(fields["Message"])
        elif "detail-type" in fields and isinstance(fields.get("detail"), dict):
            fields = fields["detail"]
        else:
            break
    if fields.get("Event") == "s3:TestEvent" or "Records" in fields:
        raise BadMessage("this is S3's notification of an object, not the address of a video", code="s3_event")
    return fields


def _youtube_id(fields: dict[str, Any]) -> str | None:
    """The address wins over the bare id."""
    if (url := _text(fields, URL)) is not None:
        return parse_video_url(url)
    bare = _text(fields, YOUTUBE_ID)
    return None if bare is None else parse_video_id(bare)


def _language(fields: dict[str, Any]) -> str | None:
    language = _text(fields, ("language",))
    if language is not None and not LANGUAGE.fullmatch(language):
        raise BadMessage(
            f"language {language[:40]!r} is no language: it should be like de or pt-BR", code="bad_language"
        )
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
