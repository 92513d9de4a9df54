"""What yt-dlp's words mean: one table. Nearly every failure is one exception class, so the text decides.

Wording that is in no row is transient under a code of its own (UNKNOWN): a good video must not fail because YouTube
changed its wording, and an operator sees the new one in the metrics and in `lectern doctor`.
"""

import re
from collections.abc import Sequence
from datetime import date

from consumer.errors import EnvironmentFault, LecternError, NotYet, TransientError, VideoError
from consumer.youtube.rules import Access, Rule

CHECKED = date(2026, 11, 26)  # the whole table, against yt-dlp 2026.10.26
UNKNOWN = "unknown_words"
ENDED_S = 6 * 3600.0
"""YouTube makes the recording of a long live event in hours; five tries make a day."""


OURS, NEVER, LATER, AGAIN = EnvironmentFault, VideoError, NotYet, TransientError
RULES = (
    # The solver first: without it YouTube's answers look like many other things.
    Rule(
        "(no video formats|requested format is not available).*((challenge|signature) solving|javascript runtime)",
        OURS,
        "no_solver",
        "YouTube's challenge was not solved: check deno and yt-dlp-ejs",
    ),
    Rule("no video formats.*live", LATER, "live", "the video is live now and has no recording yet"),
    Rule(
        "(no video formats|requested format is not available).*sabr",
        OURS,
        "sabr",
        "YouTube offers this address only streams that yt-dlp cannot read yet (SABR): lectern update-ytdlp, "
        "YTDLP_EXTRACTOR_ARGS for another client, or another address: {unblock}",
    ),
    Rule(
        "requested format is not available|only images are available",
        OURS,
        "no_media",
        "YouTube offers this yt-dlp pictures and no sound: lectern update-ytdlp, or set YTDLP_EXTRACTOR_ARGS",
    ),
    # The world: nothing would work here and now.
    Rule(
        "cookies are no longer valid",
        OURS,
        "cookies",
        "the cookies in YTDLP_COOKIES_FILE are stale: export them anew from a private window, and close it",
    ),
    Rule(
        "confirm you're not a bot|captcha challenge|ip is likely being blocked|please sign in\\b",
        OURS,
        "blocked",
        "YouTube blocks this address: {unblock}",
    ),
    Rule("rate-limited", OURS, "rate_limited", "YouTube limits this address for about an hour"),
    Rule(
        "page needs to be reloaded|not available on this app|latest version of youtube",
        OURS,
        "stale_client",
        "YouTube refuses this yt-dlp: update it (lectern update-ytdlp)",
    ),
    Rule("http error 429|too many requests", OURS, "rate_limited", "YouTube limits this address"),
    Rule(
        "got error: http error 4\\d\\d.*giving up|fragment \\d+ not found",
        AGAIN,
        "fragment",
        "a piece of the media could not be had: {said}",
    ),
    Rule(
        "http error 403",
        OURS,
        "blocked",
        "YouTube refuses to send the media: lectern update-ytdlp, or another address: {unblock}",
    ),
    Rule(
        "no space left|errno 28|errno 27|disk quota",
        OURS,
        "disk_full",
        "the disk is full: free space under DOWNLOAD_DIR",
    ),
    Rule(
        "proxyerror|unable to connect to proxy|tunnel connection failed|socks",
        OURS,
        "proxy",
        "the proxy cannot be reached: check YTDLP_PROXY",
    ),
    Rule(
        "failed to resolve|name or service not known|name resolution|network is unreachable|no route to host",
        OURS,
        "no_internet",
        "YouTube cannot be reached from here: check this machine's internet, or set YTDLP_PROXY",
    ),
    Rule(
        "failed to load cookies|cookies file must be",
        OURS,
        "cookies",
        "YTDLP_COOKIES_FILE cannot be read: export it anew, in Netscape format",
    ),
    # It is no video yet.
    Rule(
        "live event has ended",
        AGAIN,
        "no_recording",
        "the live event has ended and YouTube has no recording of it",
        retry_after_s=ENDED_S,
        max_attempts=5,
    ),
    Rule("recording is not available", NEVER, "no_recording", "the recording of the live event is not available"),
    Rule(
        "premieres in|will begin|will premiere|live event|upcoming|starting soon",
        LATER,
        "premiere",
        "the video is not there yet: {said}",
    ),
    Rule(
        "processing (this|the) video|still being processed|check back later",
        LATER,
        "processing",
        "YouTube has not made the video ready yet: {said}",
    ),
    # It will never be one for us.
    Rule("private video|video is private", NEVER, "private", "the video is private: {account}"),
    Rule("account.*terminated", NEVER, "gone", "the video is gone: its account was closed"),
    Rule(
        "has been removed|no longer available|does not exist|this video isn't available anymore",
        NEVER,
        "gone",
        "the video was removed",
    ),
    Rule(
        "join this channel|members-only|members only|music premium",
        NEVER,
        "members_only",
        "the video is for paying members only: {account}",
    ),
    Rule("requires payment", NEVER, "paid", "the video must be paid for: {account}"),
    Rule(
        "confirm your age|age-restricted|inappropriate for some users",
        NEVER,
        "age_restricted",
        "the video is restricted by age: {account}",
    ),
    Rule(
        "blocked it in your country|not available in your country|not made this video available",
        NEVER,
        "region",
        "the video is not available in this region",
    ),
    Rule("copyright", NEVER, "copyright", "the video is blocked over copyright"),
    Rule("drm protected", NEVER, "drm", "the video is protected against copying (DRM)"),
    Rule("incomplete youtube id|is not a valid url", NEVER, "gone", "there is no such video"),
    # It may work next time.
    Rule(
        "^(the |this )?video (is )?(unavailable|not available)\\.?$",
        AGAIN,
        "unavailable",
        "YouTube says no more than: {said}",
        max_attempts=2,
    ),
    Rule(
        "http error (416|5\\d\\d)|timed? ?out|connection (reset|aborted|refused)|broken pipe|incompleteread|bytes read"
        "|remote end closed|eof occurred|file is empty|failed to extract any player response|no video formats found",
        AGAIN,
        "download",
        "the download failed: {said}",
    ),
)
ANYTHING_ELSE = Rule("", AGAIN, UNKNOWN, "the download failed: {said}")
TOLD_BY_WARNINGS = re.compile(
    "no video formats|requested format is not available|only images|failed to extract any player response"
    "|not a bot|sign in",
    re.IGNORECASE,
)
"""Failures whose cause yt-dlp tells only in the warnings before them."""


def classify(said: str, warnings: Sequence[str] = (), access: Access | None = None) -> LecternError:
    """The error that yt-dlp's words mean.

    `said` is the text of its exception, `warnings` what it logged before, `access` what is set already. Returns one of
    VideoError, NotYet, TransientError and EnvironmentFault, to be raised, in words for the user.
    """
    text = normalised(said)
    noted = " ".join(map(normalised, warnings)) if TOLD_BY_WARNINGS.search(text) else ""
    judged = f"{text} {noted}".strip()
    rule = next((rule for rule in RULES if re.search(rule.wording, judged, re.IGNORECASE)), ANYTHING_ELSE)
    return rule.error(text, access or Access())


def normalised(text: str) -> str:
    """Without yt-dlp's prefix, with plain apostrophes and single spaces."""
    text = text.replace("\u2019", "'").replace("\u2018", "'")
    text = re.sub(r"^ERROR:\s*", "", text)
    return " ".join(re.sub(r"^\[youtube\]\s*[A-Za-z0-9_-]{11}:\s*", "", text).split())
