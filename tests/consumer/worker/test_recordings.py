"""An object that was uploaded under the prefix is a lecture; what else happens in a bucket is not."""

import json
from typing import Any

import pytest

from consumer.errors import BadMessage
from consumer.models import Recording
from consumer.worker.messages import parse


def notification(key: str, event: str = "ObjectCreated:Put", bucket: str = "uploads") -> dict[str, Any]:
    """As S3 sends it: the key is encoded as in a form."""
    return {"Records": [{"eventName": event, "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}}}]}


def event_bridge(key: str) -> dict[str, Any]:
    detail = {"version": "0", "bucket": {"name": "uploads"}, "object": {"key": key, "size": 1}}
    return {"version": "0", "source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def sns(inner: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Notification", "Message": json.dumps(inner)}


@pytest.mark.parametrize(
    ("key", "video_id", "object_key"),
    [
        ("recordings/42.mp4", "42", "recordings/42.mp4"),
        ("recordings/42/Week+1%21.m4a", "42", "recordings/42/Week 1!.m4a"),
        ("recordings/My+talk+%28final%29.webm", "My-talk-final", "recordings/My talk (final).webm"),
        ("recordings/a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", None),
    ],
)
def test_what_comes_after_the_prefix_is_the_row(key: str, video_id: str, object_key: str | None) -> None:
    wanted = parse(json.dumps(notification(key)))
    assert (wanted.video_id, wanted.youtube_id) == (video_id, None)
    assert wanted.recording == Recording(object_key or key, "uploads")


@pytest.mark.parametrize("wrapped", [sns(notification("recordings/7.mp3")), event_bridge("recordings/7.mp3")])
def test_events_come_by_sns_and_eventbridge_too(wrapped: dict[str, Any]) -> None:
    assert parse(json.dumps(wrapped)).recording == Recording("recordings/7.mp3", "uploads")


@pytest.mark.parametrize(
    "event",
    [
        notification("videos/v1/000001/audio.mp3"),  # our own, which would go round for ever
        notification("recordings/7.mp3", event="ObjectRemoved:Delete"),
        notification("recordings/"),
        notification("recordings/notes.txt"),
        notification("recordings/%2B%2B%2B.mp3"),
        {"Records": []},
        {"Records": [*notification("recordings/1.mp3")["Records"], *notification("recordings/2.mp3")["Records"]]},
    ],
    ids=["a result", "a removal", "a folder", "a text", "no id", "nothing", "two objects"],
)
def test_what_is_no_new_recording_is_refused_with_the_reason(event: dict[str, Any]) -> None:
    with pytest.raises(BadMessage, match="this is S3's notification of an object, not the address of a video: ") as bad:
        parse(json.dumps(event))
    assert (bad.value.code, bad.value.video_id) == ("s3_event", None)
