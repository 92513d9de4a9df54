"""What a producer may send, and what each wrong message is told."""

import json

import pytest

from consumer.errors import BadMessage
from consumer.models import Recording, StudyWishes
from consumer.worker.messages import Wanted, parse

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
    assert parse(json.dumps(fields)) == Wanted("v1", ID)


def test_a_number_is_an_id_too() -> None:
    assert parse(json.dumps({"video_id": 42, "url": URL})).video_id == "42"


@pytest.mark.parametrize("fields", [{"url": URL}, {"youtube_id": ID}, {"youtubeId": ID}, {"video_id": ID, "url": URL}])
def test_a_youtube_video_alone_is_a_row_of_that_id(fields: dict[str, str]) -> None:
    assert parse(json.dumps(fields)) == Wanted(ID, ID)


def test_an_id_alone_leaves_the_address_to_the_row() -> None:
    assert parse('{"video_id": "v1"}') == Wanted("v1", None)


def test_an_id_of_youtube_s_may_begin_with_a_dash() -> None:
    assert parse('{"youtube_id": "-_abcdefghi"}') == parse('{"video_id": "-_abcdefghi", "youtube_id": "-_abcdefghi"}')


ASKED: dict[str, object] = {"video_id": "v1", "youtube_url": URL}
TEST_EVENT: dict[str, object] = {"Service": "Amazon S3", "Event": "s3:TestEvent"}
RECORDS: dict[str, object] = {"Records": [{"s3": {"object": {"key": "talk.mp4"}}}]}


def sns(inner: dict[str, object]) -> dict[str, object]:
    return {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:…", "Message": json.dumps(inner)}


def event_bridge(inner: dict[str, object]) -> dict[str, object]:
    return {"version": "0", "id": "e", "detail-type": "Lecture", "source": "app", "detail": inner}


@pytest.mark.parametrize(
    "wrapped",
    [sns(ASKED), event_bridge(ASKED), sns(event_bridge(ASKED)), sns(sns(ASKED))],
    ids=["SNS", "EventBridge", "EventBridge by SNS", "SNS by SNS"],
)
def test_an_envelope_is_opened(wrapped: dict[str, object]) -> None:
    assert parse(json.dumps(wrapped)) == Wanted("v1", ID)


@pytest.mark.parametrize("event", [TEST_EVENT, RECORDS, sns(RECORDS)])
def test_an_object_in_a_bucket_is_no_video(event: dict[str, object]) -> None:
    with pytest.raises(BadMessage, match="this is S3's notification") as caught:
        parse(json.dumps(event))
    assert caught.value.code == "s3_event"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("", "not_json", "the message is not JSON"),
        ("hello", "not_json", "the message is not JSON"),
        ("[" * 200_000, "not_json", "the message is not JSON"),
        ("[1]", "not_json", "the message is not a JSON object"),
        ("{}", "no_video_id", "the message has neither video_id nor youtube_url"),
        ('{"video_id": ""}', "no_video_id", "the message has neither"),
        ('{"video_id": true}', "no_video_id", "the message has neither"),
        ('{"video_id": ["v1"]}', "no_video_id", "the message has neither"),
        ('{"url": "https://vimeo.com/1"}', "other_site", "vimeo.com is not YouTube"),
        ('{"youtube_id": "short"}', "no_video", "is not the id of a video"),
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


@pytest.mark.parametrize("fields", [{"s3_key": "recordings/a.mp4"}, {"s3Key": "recordings/a.mp4", "url": URL}])
def test_an_uploaded_recording_is_named_by_its_key(fields: dict[str, str]) -> None:
    assert parse(json.dumps({"video_id": "v1", **fields})).recording == Recording("recordings/a.mp4")


def test_an_address_may_be_an_object_s() -> None:
    wanted = parse(json.dumps({"video_id": "v1", "url": "s3://uploads/recordings/a b.mp4"}))
    assert (wanted.youtube_id, wanted.recording) == (None, Recording("recordings/a b.mp4", "uploads"))


def test_cards_and_priority_are_wishes() -> None:
    wanted = parse(json.dumps({"video_id": "v1", "url": URL, "cards": 40, "priority": "interactive"}))
    assert (wanted.study.cards, wanted.priority) == (40, "interactive")
    silent = parse(json.dumps({"url": URL}))
    assert (silent.study, silent.priority) == (StudyWishes(), "bulk")


def test_a_message_may_say_for_whom_and_in_what_language_is_written() -> None:
    fields = {"study_language": "pt-BR", "study_level": "for nurses", "study_course": "Anatomy 1"}
    assert parse(json.dumps(ASKED | fields)).study == StudyWishes(None, "pt-BR", "for nurses", "Anatomy 1")


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"cards": 0}, "bad_cards", "cards '0' should be a number from 1 to 500"),
        ({"cards": "many"}, "bad_cards", "cards 'many' should be a number"),
        ({"study_language": "the Queen's"}, "bad_language", "study_language .* should be like de or pt-BR"),
        ({"study_level": "x" * 201}, "bad_level", "study_level .* should be one line of at most 200 characters"),
        ({"study_course": "one\ntwo"}, "bad_course", "study_course .* should be one line"),
        ({"priority": "soon"}, "bad_priority", "priority 'soon' should be interactive or bulk"),
        ({"s3_key": "videos/v1/000001/audio.mp3"}, "bad_s3_key", "should begin with recordings/"),
        ({"youtube_url": "s3://uploads/other/a.mp4"}, "bad_s3_key", "should begin with recordings/"),
    ],
)
def test_a_wish_that_cannot_be_met_says_what_can(fields: dict[str, object], code: str, words: str) -> None:
    with pytest.raises(BadMessage, match=words) as caught:
        parse(json.dumps({**ASKED, **fields}))
    assert (caught.value.code, caught.value.video_id) == (code, "v1")


@pytest.mark.parametrize("language", ["de", "pt-BR", "zh-Hans"])
def test_the_language_of_a_track_may_be_asked_for(language: str) -> None:
    assert parse(json.dumps({"video_id": "v1", "url": URL, "language": language})) == Wanted("v1", ID, language)


@pytest.mark.parametrize("language", ["German, please", "de/../x", "d"])
def test_what_is_no_language_is_refused_with_an_example(language: str) -> None:
    with pytest.raises(BadMessage, match="it should be like de or pt-BR") as caught:
        parse(json.dumps({"video_id": "v1", "url": URL, "language": language}))
    assert (caught.value.code, caught.value.video_id) == ("bad_language", "v1")
