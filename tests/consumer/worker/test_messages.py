"""What a producer may send, and what each wrong message is told."""

import json

import pytest

from consumer.errors import BadMessage
from consumer.models import Job
from consumer.worker.messages import parse

ID = "dQw4w9WgXcQ"
URL = f"https://www.youtube.com/watch?v={ID}"


@pytest.mark.parametrize(
    "fields",
    [
        {"video_id": "v1", "youtube_url": URL},
        {"videoId": "v1", "youtubeUrl": URL},
        {"video_id": "v1", "url": f"https://youtu.be/{ID}?t=5"},
        {"video_id": " v1 ", "youtube_url": URL, "something": "else"},
    ],
)
def test_every_spelling_means_the_same(fields: dict[str, str]) -> None:
    assert parse(json.dumps(fields)) == Job("v1", ID)


def test_a_number_is_an_id_too() -> None:
    assert parse(json.dumps({"video_id": 42, "url": URL})).video_id == "42"


def test_an_sns_envelope_is_opened() -> None:
    inner = json.dumps({"video_id": "v1", "youtube_url": URL})
    assert parse(json.dumps({"Type": "Notification", "MessageId": "m", "Message": inner})) == Job("v1", ID)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("", "not_json", "the message is not JSON"),
        ("hello", "not_json", "the message is not JSON"),
        ("[" * 200_000, "not_json", "the message is not JSON"),
        ("[1]", "not_json", "the message is not a JSON object"),
        ("{}", "no_video_id", "the message has no video_id"),
        ('{"video_id": "", "url": "x"}', "no_video_id", "the message has no video_id"),
        ('{"video_id": true, "url": "x"}', "no_video_id", "the message has no video_id"),
        ('{"video_id": ["v1"], "url": "x"}', "no_video_id", "the message has no video_id"),
        ('{"Type": "Notification", "Message": "hello"}', "not_json", "the message is not JSON"),
        ('{"video_id": "../../etc", "url": "x"}', "bad_video_id", "is not an id: letters, digits and _ . : - only"),
        ('{"video_id": "-rf", "url": "x"}', "bad_video_id", "is not an id"),
    ],
)
def test_a_message_that_names_no_row_is_refused(body: str, code: str, words: str) -> None:
    with pytest.raises(BadMessage) as caught:
        parse(body)
    assert (caught.value.code, caught.value.video_id) == (code, None)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (None, "no_url"),
        ("https://vimeo.com/1", "other_site"),
        ("https://www.youtube.com/playlist?list=PL1", "playlist"),
        ("file:///etc/passwd", "bad_url"),
        ("--exec=reboot", "bad_url"),
        ("https://www.youtube.com/watch?v=short", "no_video"),
    ],
)
def test_a_message_without_a_usable_address_is_refused_and_names_its_row(url: str | None, code: str) -> None:
    with pytest.raises(BadMessage) as caught:
        parse(json.dumps({"video_id": "v1", "youtube_url": url}))
    assert (caught.value.code, caught.value.video_id) == (code, "v1")


@pytest.mark.parametrize("language", ["de", "pt-BR", "zh-Hans"])
def test_the_language_of_a_track_may_be_asked_for(language: str) -> None:
    assert parse(json.dumps({"video_id": "v1", "url": URL, "language": language})) == Job("v1", ID, language)


@pytest.mark.parametrize("language", ["German, please", "de/../x", "d"])
def test_what_is_no_language_is_refused_with_an_example(language: str) -> None:
    with pytest.raises(BadMessage, match="it should be like de or pt-BR") as caught:
        parse(json.dumps({"video_id": "v1", "url": URL, "language": language}))
    assert (caught.value.code, caught.value.video_id) == ("bad_language", "v1")
