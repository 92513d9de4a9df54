"""What the site says about each video: the watch page, the player's answer, and faults that videos are named for."""

import json
from typing import Any
from urllib.parse import urlencode

from infra.sandbox.standins.youtube.player import PLAYER_PATH, solved_n, solved_signature

LECTURE_ID = "LecternDemo"
TITLE = "Gravity, light, and the first computers"
CHANNEL = "Lectern's sample lectures"
SCRAMBLED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
N = "kJ8sP2qLw7"
CLIENT = {"clientName": "WEB", "clientVersion": "2.20261101.00.00", "hl": "en"}

UNPLAYABLE: dict[str, tuple[str, str]] = {
    "privateVid0": ("LOGIN_REQUIRED", "Private video. Sign in if you've been granted access to this video"),
    "removedVid0": ("ERROR", "Video unavailable. This video has been removed by the uploader"),
    "closedAcct0": ("ERROR", "Video unavailable. The YouTube account associated with this video has been terminated."),
    "membersOnly": ("UNPLAYABLE", "Join this channel to get access to members-only content like this video"),
    "premiere000": ("LIVE_STREAM_OFFLINE", "Premieres in 3 hours"),
    "botCheck000": ("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot"),
    "rateLimit00": (
        "UNPLAYABLE",
        "This content isn't available, try again later. The current session has been rate-limited by YouTube",
    ),
}
LONG_ID, LIVE_ID = "tooLongVid0", "liveNowVid0"
EMPTY_ID, RESET_ID, STALL_ID = "emptyMedia0", "resetMedia0", "stallMedia0"


def video_url(video: str) -> str:
    """The address of a video of this site."""
    return f"https://www.youtube.com/watch?v={video}"


LECTURE_URL = video_url(LECTURE_ID)


def watch_page() -> bytes:
    """Enough of /watch (and /embed) for the extractor: the client's context and the player's address."""
    context = {"INNERTUBE_CONTEXT": {"client": CLIENT}, "PLAYER_JS_URL": PLAYER_PATH, "INNERTUBE_API_KEY": "none"}
    script = f"ytcfg.set({json.dumps(context)});var ytInitialData = {{}};"
    return f"<html><script>{script}</script></html>".encode()


def player_answer(video: str, duration_s: float, size_bytes: int) -> dict[str, Any]:
    """What /youtubei/v1/player says about a video."""
    status, reason = UNPLAYABLE.get(video, ("OK", ""))
    playability = {"status": status, "reason": reason} if reason else {"status": status}
    live = video == LIVE_ID
    seconds = 90_000 if video == LONG_ID else round(duration_s)
    details = {
        "videoId": video,
        "title": TITLE,
        "lengthSeconds": str(seconds),
        "author": CHANNEL,
        "channelId": "UClecternlecternlecternl",
        "isLive": live,
        "isLiveContent": live,
        "shortDescription": "",
        "viewCount": "1",
    }
    answer: dict[str, Any] = {"playabilityStatus": playability, "videoDetails": details}
    if not reason:
        answer["streamingData"] = {
            "expiresInSeconds": "21540",
            "adaptiveFormats": [_format(video, seconds, size_bytes)],
        }
    return answer


def _format(video: str, seconds: int, size_bytes: int) -> dict[str, Any]:
    url = f"https://rr1---sn-lectern.googlevideo.com/videoplayback?{urlencode({'id': video, 'n': N})}"
    return {
        "itag": 140,
        "signatureCipher": urlencode({"s": SCRAMBLED, "sp": "sig", "url": url}),
        "mimeType": 'audio/mp4; codecs="mp4a.40.2"',
        "bitrate": 64_000,
        "contentLength": str(size_bytes),
        "approxDurationMs": str(seconds * 1000),
        "audioSampleRate": "44100",
        "audioChannels": 1,
        "audioQuality": "AUDIO_QUALITY_MEDIUM",
    }


def may_play(query: dict[str, list[str]]) -> bool:
    """Whether a media address carries what the player's script makes of `n` and `sig`."""
    return query.get("n") == [solved_n(N)] and query.get("sig") == [solved_signature(SCRAMBLED)]
