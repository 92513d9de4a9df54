"""The site's videos: what it says of each, in which form it sends the media, and what goes wrong on the way."""

from dataclasses import dataclass
from typing import Literal

from infra.sandbox.standins.youtube.media import Media

LECTURE_ID = "LecternDemo"
TITLE = "Gravity, light, and the first computers"
LONG_ID, LIVE_ID = "tooLongVid0", "liveNowVid0"
EMPTY_ID, RESET_ID, STALL_ID = "emptyMedia0", "resetMedia0", "stallMedia0"

Delivery = Literal["file", "fragments", "sabr"]
"""One file with Range, the fragments of a DASH manifest, or formats without an address (for SABR clients only)."""
Fault = Literal["empty", "reset", "stall", "missing_fragment", "forbidden"]


@dataclass(frozen=True)
class Track:
    """One sound track: its language, the name that YouTube shows, and whether its player begins with it."""

    language: str
    name: str
    is_default: bool = False
    bitrate: int = 64_000


@dataclass(frozen=True)
class Video:
    """A video. `claimed_s` is the length that the site states: None states the media's own, 0 none at all.

    `media` is its sound; None is that of the site.
    """

    status: str = "OK"
    reason: str = ""
    title: str = TITLE
    claimed_s: int | None = None
    live: Literal["no", "now", "just_over"] = "no"
    tracks: tuple[Track, ...] = ()
    delivery: Delivery = "file"
    storyboard: bool = False
    fault: Fault | None = None
    media: Media | None = None


VIDEOS: dict[str, Video] = {
    "privateVid0": Video("LOGIN_REQUIRED", "Private video. Sign in if you've been granted access to this video"),
    "removedVid0": Video("ERROR", "Video unavailable. This video has been removed by the uploader"),
    "closedAcct0": Video(
        "ERROR", "Video unavailable. The YouTube account associated with this video has been terminated."
    ),
    "membersOnly": Video("UNPLAYABLE", "Join this channel to get access to members-only content like this video"),
    "premiere000": Video("LIVE_STREAM_OFFLINE", "Premieres in 3 hours"),
    "botCheck000": Video("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot"),
    "rateLimit00": Video(
        "UNPLAYABLE",
        "This content isn't available, try again later. The current session has been rate-limited by YouTube",
    ),
    LONG_ID: Video(claimed_s=90_000),
    LIVE_ID: Video(live="now"),
    EMPTY_ID: Video(fault="empty"),
    RESET_ID: Video(fault="reset"),
    STALL_ID: Video(fault="stall"),
}
"""Those that need no test of their own to set them up; every other id is what the site was given."""


def video_url(video: str) -> str:
    """The address of a video of this site."""
    return f"https://www.youtube.com/watch?v={video}"


LECTURE_URL = video_url(LECTURE_ID)
