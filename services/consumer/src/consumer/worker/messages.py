"""A queue message becomes a job, or an error that says what is wrong with it."""

import json
import re
from typing import Any, cast

from consumer.errors import BadMessage
from consumer.models import Job
from consumer.youtube.urls import parse_video_url

ID = ("video_id", "videoId")
URL = ("youtube_url", "youtubeUrl", "url")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # such as de, pt-BR, zh-Hans
VIDEO_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def parse(body: str) -> Job:
    """The job that a message asks for; SNS envelopes are opened. Raises BadMessage."""
    fields = _object(body)
    if fields.get("Type") == "Notification" and isinstance(fields.get("Message"), str):
        fields = _object(fields["Message"])
    video_id = _text(fields, ID)
    if video_id is None:
        raise BadMessage("the message has no video_id", code="no_video_id")
    check_video_id(video_id)
    url = _text(fields, URL)
    if url is None:
        raise BadMessage("the message has no youtube_url", code="no_url", video_id=video_id)
    try:
        return Job(video_id, parse_video_url(url), _language(fields))
    except BadMessage as error:
        raise BadMessage(str(error), code=error.code, video_id=video_id) from error


def check_video_id(video_id: str) -> None:
    """Raises BadMessage where no message could name this row."""
    if not VIDEO_ID.fullmatch(video_id):
        words = f"video_id {video_id[:40]!r} is not an id: letters, digits and _ . : - only"
        raise BadMessage(words, code="bad_video_id")


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
