"""Any form of a YouTube address becomes the eleven characters of its video; everything else is refused."""

import re
from urllib.parse import ParseResult, parse_qs, urlparse

from consumer.errors import BadMessage

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
WATCH_HOSTS = {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
NO_COOKIE_HOSTS = {"youtube-nocookie.com", "www.youtube-nocookie.com"}
SHORT_HOSTS = {"youtu.be", "www.youtu.be"}
LIST_ID = re.compile(r"[A-Za-z0-9_-]{2,64}")
CHANNEL = re.compile(r"(?P<name>@[\w.-]{1,64}|(channel|c|user)/[\w.-]{1,64})(/(?P<tab>videos|streams|shorts))?")
TAB = "videos"
PATHS = ("shorts", "live", "embed", "v")
NO_VIDEOS = {"videoseries", "live_stream"}
"""Eleven characters each, and yet players of a playlist and of whatever a channel sends just now."""
MAX_URL = 2048


def parse_video_url(text: str) -> str:
    """The eleven characters of the video that an address names.

    `text` is any form: watch, youtu.be, shorts, live, embed, music; with or without scheme, `&list=` and `&t=`.
    Raises BadMessage, in words for whoever sent it, for playlists, other sites and what is no address.
    """
    url = _parsed(text.strip())
    if url.hostname in SHORT_HOSTS:
        return _checked(url.path.strip("/").split("/")[0])
    if url.hostname not in WATCH_HOSTS | NO_COOKIE_HOSTS:
        raise _elsewhere(text, url.hostname or "this")
    parts = url.path.strip("/").split("/")
    if parts[0] in PATHS and len(parts) == 2:
        return _checked(parts[1])
    if parts == ["watch"]:
        ids = parse_qs(url.query).get("v", [])
        if len(ids) == 1:
            return _checked(ids[0])
        if ids and ids != [""]:
            raise BadMessage("the address names two videos", code="no_video")
    if "list" in parse_qs(url.query) or parts[0] == "playlist":
        raise BadMessage("this is a playlist: send the address of one video", code="playlist")
    raise BadMessage("the address names no video: it should look like youtube.com/watch?v=…", code="no_video")


def parse_list_url(text: str) -> str | None:
    """The address of the playlist, or of the channel's tab of videos, that a text names; None where it names neither.

    A video that is shown as part of a playlist is that video.
    """
    try:
        url = _parsed(text.strip())
    except BadMessage:
        return None
    if url.hostname not in WATCH_HOSTS:
        return None
    parts, lists = [part for part in url.path.split("/") if part], parse_qs(url.query).get("list", [])
    if parts in (["playlist"], ["embed", "videoseries"]) and len(lists) == 1 and LIST_ID.fullmatch(lists[0]):
        return f"https://www.youtube.com/playlist?list={lists[0]}"
    if found := CHANNEL.fullmatch("/".join(parts)):
        return f"https://www.youtube.com/{found['name']}/{found['tab'] or TAB}"
    return None


def parse_video_id(text: str) -> str:
    """A bare id, such as a message's youtube_id. Raises BadMessage where it is none."""
    return _checked(text)


def _parsed(text: str) -> ParseResult:
    """An http(s) address without tricks."""
    if len(text) > MAX_URL or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise BadMessage("this is not the address of a video", code="bad_url")
    if text.startswith("-"):
        raise BadMessage("this is an option, not the address of a video", code="bad_url")
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = urlparse(text)
        port = url.port
    except ValueError:
        raise BadMessage("this is not the address of a video", code="bad_url") from None
    if url.scheme not in ("http", "https"):
        raise BadMessage(f"{url.scheme}: addresses are not taken: only https://www.youtube.com/…", code="bad_url")
    if url.username is not None or url.password is not None or port not in (None, 80, 443):
        raise BadMessage(
            "the address carries a user name or a port: only plain YouTube addresses are taken", code="bad_url"
        )
    return url


def _elsewhere(text: str, host: str) -> BadMessage:
    words = f"{host} is not YouTube: only YouTube videos are taken"
    if "." not in host:
        words = f"{text[:40]!r} is neither an address of YouTube's nor the eleven characters of a video"
    return BadMessage(words, code="other_site")


def _checked(video: str) -> str:
    if video in NO_VIDEOS:
        raise BadMessage("this is a player of many videos: send the address of one video", code="playlist")
    if not VIDEO_ID.fullmatch(video):
        raise BadMessage(f"{video[:20]!r} is not the id of a video: it should have eleven characters", code="no_video")
    return video
