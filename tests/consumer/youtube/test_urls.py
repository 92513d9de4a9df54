"""Addresses: every form of a video's address is understood, everything else is refused before a byte is fetched."""

import pytest

from consumer.errors import BadMessage
from consumer.youtube.urls import parse_list_url, parse_video_url

VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"http://youtube.com/watch?v={VIDEO}&t=42s",
        f"https://www.youtube.com/watch?v={VIDEO}&list=PL123&index=2",
        f"https://www.youtube.com/watch?app=desktop&v={VIDEO}",
        f"https://m.youtube.com/watch?v={VIDEO}",
        f"https://music.youtube.com/watch?v={VIDEO}&feature=share",
        f"https://youtu.be/{VIDEO}",
        f"https://youtu.be/{VIDEO}?si=abc&t=1",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube.com/live/{VIDEO}?feature=share",
        f"https://www.youtube.com/embed/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
        f"https://www.youtube.com:443/watch?v={VIDEO}#fragment",
        f"youtube.com/watch?v={VIDEO}",
        f"  youtu.be/{VIDEO}  ",
    ],
)
def test_every_form_of_an_address_gives_the_video(url: str) -> None:
    assert parse_video_url(url) == VIDEO


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://vimeo.com/123456", "other_site"),
        (f"https://youtube.com.evil.org/watch?v={VIDEO}", "other_site"),
        (f"https://evilyoutube.com/watch?v={VIDEO}", "other_site"),
        ("http://169.254.169.254/latest/meta-data/", "other_site"),
        ("http://localhost/watch?v=" + VIDEO, "other_site"),
        ("", "other_site"),
        ("https://www.youtube.com/playlist?list=PL1234567890", "playlist"),
        ("https://www.youtube.com/watch?list=PL1234567890", "playlist"),
        ("https://www.youtube.com/embed/videoseries?list=PL1234567890", "playlist"),
        ("https://www.youtube.com/embed/live_stream?channel=UC123", "playlist"),
        ("https://www.youtube.com/@somebody", "no_video"),
        ("https://www.youtube.com/channel/UC123", "no_video"),
        ("https://www.youtube.com/", "no_video"),
        ("https://www.youtube.com/watch?v=short", "no_video"),
        (f"https://www.youtube.com/watch?v={VIDEO}&v=aaaaaaaaaaa", "no_video"),
        (f"https://www.youtube.com/watch?v={VIDEO}extra", "no_video"),
        ("file:///etc/passwd", "bad_url"),
        (f"ftp://youtube.com/watch?v={VIDEO}", "bad_url"),
        ("--exec=reboot", "bad_url"),
        ("-o/etc/cron.d/x", "bad_url"),
        (f"https://youtube.com@evil.org/watch?v={VIDEO}", "bad_url"),
        (f"https://user:pass@youtube.com/watch?v={VIDEO}", "bad_url"),
        (f"https://www.youtube.com:8080/watch?v={VIDEO}", "bad_url"),
        (f"https://www.youtube.com:99999/watch?v={VIDEO}", "bad_url"),
        (f"https://www.yоutube.com/watch?v={VIDEO}", "bad_url"),  # a Cyrillic o
        (f"https://www.youtube.com\\@evil.org/watch?v={VIDEO}", "bad_url"),
        ("https://www.youtube.com/watch?v=\x00", "bad_url"),
        ("https://[bad/watch", "bad_url"),
        ("x" * 5000, "bad_url"),
    ],
)
def test_everything_else_is_refused_with_a_code(url: str, code: str) -> None:
    with pytest.raises(BadMessage) as refused:
        parse_video_url(url)
    assert refused.value.code == code


def test_what_is_no_address_at_all_is_told_what_would_be() -> None:
    with pytest.raises(BadMessage, match=r"'lecture7' is neither an address of YouTube's nor the eleven characters of"):
        parse_video_url("lecture7")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://www.youtube.com/playlist?list=PLabc-_1", "https://www.youtube.com/playlist?list=PLabc-_1"),
        ("youtube.com/playlist?list=PLabc&si=x", "https://www.youtube.com/playlist?list=PLabc"),
        ("https://www.youtube.com/embed/videoseries?list=PLabc", "https://www.youtube.com/playlist?list=PLabc"),
        ("https://www.youtube.com/@lectures", "https://www.youtube.com/@lectures/videos"),
        ("https://www.youtube.com/@lectures/streams", "https://www.youtube.com/@lectures/streams"),
        (
            "https://m.youtube.com/channel/UCabcdefghijklmnopqrstuv/",
            "https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv/videos",
        ),
        ("https://www.youtube.com/c/name/videos", "https://www.youtube.com/c/name/videos"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLabc", None),
        ("https://www.youtube.com/playlist", None),
        ("https://www.youtube.com/playlist?list=../x", None),
        ("https://vimeo.com/@lectures", None),
        ("dQw4w9WgXcQ", None),
    ],
)
def test_a_playlist_s_and_a_channel_s_address_is_known(text: str, address: str | None) -> None:
    assert parse_list_url(text) == address
