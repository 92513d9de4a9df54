"""What yt-dlp's words mean. Nearly every failure is one exception class, so the text and the warnings decide.

Text that nobody has seen before is transient: a good video must not fail because YouTube changed its wording.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from consumer.errors import EnvironmentFault, LecternError, NotYet, TransientError, VideoError

Verdict = Callable[[str], LecternError]
WAIT = re.compile(r"\bin (?P<count>\d+) (?P<unit>minute|hour|day|week)s?\b", re.IGNORECASE)


def _never(code: str, words: str) -> Verdict:
    return lambda _: VideoError(words, code=code)


def _ours(code: str, words: str) -> Verdict:
    return lambda said: EnvironmentFault(f"{words} (YouTube said: {said[:200]})", code=code)


def _not_yet(said: str) -> NotYet:
    """YouTube mostly says for how long, rounded down: "Premieres in 2 days"."""
    found = WAIT.search(said)
    until = datetime.now(UTC) + timedelta(**{f"{found['unit'].lower()}s": int(found["count"])}) if found else None
    return NotYet(f"the video is not there yet: {said}", code="premiere", until=until)


BLOCKED = _ours("blocked", "YouTube blocks this address: change it, or set YTDLP_PROXY or YTDLP_COOKIES_FILE")
RULES: tuple[tuple[str, Verdict], ...] = (
    (r"confirm you're not a bot", BLOCKED),
    (r"captcha challenge", BLOCKED),
    (r"rate-limited", _ours("rate_limited", "YouTube limits this address for about an hour")),
    (r"IP is likely being blocked", BLOCKED),
    (r"page needs to be reloaded", _ours("stale_client", "YouTube refuses this yt-dlp: update it")),
    (r"HTTP Error 429|Too Many Requests", _ours("rate_limited", "YouTube limits this address")),
    (r"HTTP Error 403", _ours("blocked", "YouTube refuses to send the media: update yt-dlp, or change the address")),
    (
        r"No space left|Errno 28|Errno 27|Disk quota",
        _ours("disk_full", "the disk is full: free space under DOWNLOAD_DIR"),
    ),
    (
        r"ProxyError|Unable to connect to proxy|Tunnel connection failed|SOCKS",
        _ours("proxy", "the proxy cannot be reached: check YTDLP_PROXY"),
    ),
    (
        r"Failed to resolve|Name or service not known|name resolution|Network is unreachable|No route to host",
        _ours("no_internet", "YouTube cannot be reached from here: check this machine's internet, or set YTDLP_PROXY"),
    ),
    (
        r"failed to load cookies|Cookies file must be",
        _ours("cookies", "YTDLP_COOKIES_FILE cannot be read: export it anew, in Netscape format"),
    ),
    (r"Premieres in|will begin in|live event|Upcoming", _not_yet),
    (r"Private video|video is private", _never("private", "the video is private")),
    (r"account.*terminated", _never("gone", "the video is gone: its account was closed")),
    (
        r"has been removed|no longer available|does not exist|This video isn't available anymore",
        _never("gone", "the video was removed"),
    ),
    (
        r"Join this channel|members-only|members only",
        _never("members_only", "the video is for members of its channel only"),
    ),
    (r"requires payment", _never("paid", "the video must be paid for")),
    (
        r"confirm your age|age-restricted|inappropriate for some users",
        _never("age_restricted", "the video is restricted by age"),
    ),
    (
        r"blocked it in your country|not available in your country|not made this video available",
        _never("region", "the video is not available in this region"),
    ),
    (r"copyright", _never("copyright", "the video is blocked over copyright")),
    (r"Incomplete YouTube ID|is not a valid URL", _never("gone", "there is no such video")),
)
SOLVER = re.compile(
    r"challenge solving failed|JavaScript runtime|No supported JavaScript|Signature solving", re.IGNORECASE
)


def classify(said: str, warnings: Sequence[str] = ()) -> LecternError:
    """The error that yt-dlp's words mean.

    `said` is the text of its exception, `warnings` what it logged before. Returns one of VideoError, NotYet,
    TransientError and EnvironmentFault, to be raised; its text is for the user, with yt-dlp's words where they help.
    """
    text = normalised(said)
    noted = " ".join(normalised(warning) for warning in warnings)
    if "No video formats found" in text:
        if SOLVER.search(noted):
            return EnvironmentFault("YouTube's challenge was not solved: check deno and yt-dlp-ejs", code="no_solver")
        if "live" in noted.lower():
            return NotYet("the video is live now and has no recording yet", code="live")
    if "Failed to extract any player response" in text:
        text = f"{text} {noted}"
    for pattern, verdict in RULES:
        if re.search(pattern, text, re.IGNORECASE):
            return verdict(text)
    return TransientError(f"the download failed: {text[:300]}", code="download")


def normalised(text: str) -> str:
    """Without yt-dlp's prefix, with plain apostrophes and single spaces."""
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    text = re.sub(r"^ERROR:\s*", "", text)
    return " ".join(re.sub(r"^\[youtube\]\s*[A-Za-z0-9_-]{11}:\s*", "", text).split())
