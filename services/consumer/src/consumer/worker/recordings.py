"""Uploaded recordings: objects under one prefix of the bucket, named by a message, a row, or S3's own events. Pure."""

import mimetypes
import re
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote_plus

from consumer.errors import BadMessage
from consumer.models import Recording

PREFIX = "recordings/"
"""Only what lies under it is read: what else is in the bucket is no lecture, and our own results are there."""
ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.+)", re.DOTALL)
NO_ID = re.compile(r"[^A-Za-z0-9_.:-]+")
MOST_KEY = 1024  # S3's own limit, in bytes


def parse_recording(text: str) -> Recording | None:
    """What `s3://bucket/recordings/…` or `recordings/…` names; None for any other address. Raises BadMessage."""
    if found := ADDRESS.fullmatch(text):
        return Recording(_checked(found["key"]), found["bucket"])
    return Recording(_checked(text)) if text.startswith(PREFIX) else None


def recording_of_key(key: str, bucket: str | None = None) -> Recording:
    """The object that a message's s3_key names. Raises BadMessage."""
    return Recording(_checked(key), bucket)


def from_event(fields: dict[str, Any]) -> tuple[str, Recording] | None:
    """The row's id and the object of S3's notification, or of EventBridge's detail of one; None for anything else.

    The id is what comes after the prefix: `recordings/42/talk.mp4` and `recordings/42.mp4` are row 42.
    Raises BadMessage for events about anything but one new recording.
    """
    if "Records" in fields or fields.get("Event") == "s3:TestEvent":
        record = _only(fields.get("Records"))
        key, bucket = _object(record.get("s3"))
        if not str(record.get("eventName", "")).removeprefix("s3:").startswith("ObjectCreated:"):
            raise _no_recording("it is not about a new object")
        return _named(unquote_plus(key), bucket)
    if isinstance(fields.get("bucket"), dict) and isinstance(fields.get("object"), dict):
        return _named(*_object(fields))
    return None


def _named(key: str, bucket: str) -> tuple[str, Recording]:
    kind = mimetypes.guess_type(key)[0] or "video/"
    if not key.startswith(PREFIX) or key.endswith("/") or kind.split("/")[0] not in ("audio", "video"):
        raise _no_recording(f"{key[:80]!r} is no media under {PREFIX}")
    first = PurePosixPath(key.removeprefix(PREFIX)).parts[0]
    name = first if "/" in key.removeprefix(PREFIX) else PurePosixPath(first).stem
    video_id = NO_ID.sub("-", name).strip("-_.:")
    if not video_id:
        raise _no_recording(f"{key[:80]!r} names no row")
    return video_id, recording_of_key(key, bucket)


def _only(records: object) -> dict[str, Any]:
    if isinstance(records, list) and len(found := cast("list[object]", records)) == 1 and isinstance(found[0], dict):
        return cast("dict[str, Any]", found[0])
    raise _no_recording("it is not about one object")


def _object(about: object) -> tuple[str, str]:
    """Key and bucket of what S3 says about an object."""
    match about:
        case {"bucket": {"name": str(bucket)}, "object": {"key": str(key)}}:
            return key, bucket
        case _:
            raise _no_recording("it names no object")


def _checked(key: str) -> str:
    if not key.startswith(PREFIX) or len(key.encode()) > MOST_KEY or not key.isprintable() or key.endswith("/"):
        raise BadMessage(f"s3_key {key[:80]!r} is no recording: it should begin with {PREFIX}", code="bad_s3_key")
    return key


def _no_recording(why: str) -> BadMessage:
    return BadMessage(f"this is S3's notification of an object, not the address of a video: {why}", code="s3_event")
