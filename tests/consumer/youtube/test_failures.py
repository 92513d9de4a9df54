"""What yt-dlp's words mean: the whole table of failures that were seen."""

from datetime import UTC, datetime, timedelta

import pytest

from consumer.errors import EnvironmentFault, LecternError, NotYet, TransientError, VideoError
from consumer.youtube.failures import UNKNOWN, classify
from consumer.youtube.rules import Access

NO_SOLVER = "[youtube] n challenge solving failed: Some formats may be missing."


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("Private video. Sign in if you've been granted access to this video", VideoError, "private"),
        ("Video unavailable. This video has been removed by the uploader", VideoError, "gone"),
        ("Video unavailable. The YouTube account associated with this video has been terminated", VideoError, "gone"),
        ("Join this channel to get access to members-only content", VideoError, "members_only"),
        ("This video requires payment to watch", VideoError, "paid"),
        ("Sign in to confirm your age. This video may be inappropriate for some users", VideoError, "age_restricted"),
        ("The uploader has not made this video available in your country", VideoError, "region"),
        (
            "Video unavailable. This video contains content from X, who has blocked it in your country",
            VideoError,
            "region",
        ),
        (
            "The uploader has not made this video available in your country\n"
            "You might want to use a VPN or a proxy server (with --proxy) to workaround.",
            VideoError,
            "region",
        ),
        ("failed to load cookies", EnvironmentFault, "cookies"),
        ("Cookies file must be Netscape formatted, not JSON.", EnvironmentFault, "cookies"),
        (
            "Unable to download webpage: ('Unable to connect to proxy', OSError('Tunnel connection failed'))",
            EnvironmentFault,
            "proxy",
        ),
        ("Premieres in 3 hours", NotYet, "premiere"),
        ("This live event will begin in a few moments.", NotYet, "premiere"),
        ("Sign in to confirm you\u2019re not a bot", EnvironmentFault, "blocked"),
        ("YouTube is requiring a captcha challenge before playback", EnvironmentFault, "blocked"),
        ("The current session has been rate-limited by YouTube for up to an hour", EnvironmentFault, "rate_limited"),
        ("All player responses are invalid. Your IP is likely being blocked by Youtube", EnvironmentFault, "blocked"),
        ("The page needs to be reloaded.", EnvironmentFault, "stale_client"),
        ("unable to download video data: HTTP Error 403: Forbidden", EnvironmentFault, "blocked"),
        ("unable to write data: [Errno 28] No space left on device", EnvironmentFault, "disk_full"),
        ("Unable to connect to proxy", EnvironmentFault, "proxy"),
        ("Unable to download API page: Failed to resolve 'www.youtube.com'", EnvironmentFault, "no_internet"),
        ("Unable to download webpage: [Errno 101] Network is unreachable", EnvironmentFault, "no_internet"),
        ("This live event will begin shortly.", NotYet, "premiere"),
        ("We're processing this video. Check back later.", NotYet, "processing"),
        ("This live event has ended.", TransientError, "no_recording"),
        ("This live stream recording is not available.", VideoError, "no_recording"),
        ("This video is DRM protected", VideoError, "drm"),
        ("Please sign in", EnvironmentFault, "blocked"),
        ("Requested format is not available. Use --list-formats for a list", EnvironmentFault, "no_media"),
        (
            "[download] Got error: HTTP Error 403: Forbidden. Giving up after 3 retries",
            TransientError,
            "fragment",
        ),
        (
            "[download] Got error: HTTP Error 429: Too Many Requests. Giving up after 3 retries",
            EnvironmentFault,
            "rate_limited",
        ),
        ("The downloaded file is empty", TransientError, "download"),
        ("[download] Got error: HTTP Error 503: Service Unavailable", TransientError, "download"),
        ("unable to download video data: HTTP Error 416: Requested range not satisfiable", TransientError, "download"),
        ("Something that nobody has ever seen", TransientError, UNKNOWN),
        ("Video unavailable", TransientError, "unavailable"),
        ("This video is not available", TransientError, "unavailable"),
    ],
)
def test_each_failure_has_its_verdict(said: str, kind: type[LecternError], code: str) -> None:
    error = classify(f"ERROR: [youtube] dQw4w9WgXcQ: {said}")
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("said", "hours"),
    [("Premieres in 3 hours", 3), ("This live event will begin in 2 days.", 48), ("Premieres in 1 minute", 1 / 60)],
)
def test_a_premiere_comes_back_when_youtube_says_it_will_be_there(said: str, hours: float) -> None:
    error = classify(said)
    assert isinstance(error, NotYet)
    assert error.until is not None
    assert error.until - datetime.now(UTC) == pytest.approx(timedelta(hours=hours), abs=timedelta(seconds=10))


def test_a_premiere_of_which_youtube_says_no_time_is_asked_for_again() -> None:
    error = classify("This live event will begin in a few moments.")
    assert isinstance(error, NotYet)
    assert error.until is None


def test_no_formats_because_of_the_solver_is_our_fault_not_the_videos() -> None:
    error = classify("ERROR: [youtube] x: No video formats found!", [NO_SOLVER])
    assert (type(error), error.code) == (EnvironmentFault, "no_solver")


def test_only_streams_for_sabr_clients_name_what_can_be_done() -> None:
    warning = "Some tv client https formats have been skipped as they are missing a URL. YouTube may have enabled SABR"
    error = classify("Requested format is not available", [warning])
    assert (type(error), error.code) == (EnvironmentFault, "sabr")
    assert "YTDLP_EXTRACTOR_ARGS" in str(error)


def test_no_formats_for_an_unknown_reason_is_tried_again() -> None:
    assert type(classify("No video formats found!")) is TransientError


@pytest.mark.parametrize(
    ("warning", "kind"), [("HTTP Error 429", EnvironmentFault), ("HTTP Error 500", TransientError)]
)
def test_a_silent_player_is_judged_by_the_warnings(warning: str, kind: type[LecternError]) -> None:
    assert type(classify("Failed to extract any player response", [warning])) is kind


BOT = "Sign in to confirm you're not a bot"
STALE = "The provided YouTube account cookies are no longer valid."


@pytest.mark.parametrize(
    ("said", "access", "advice"),
    [
        (BOT, Access(), "change it, set YTDLP_PROXY, or set YTDLP_COOKIES_FILE"),
        (BOT, Access(cookies=True), "change it, set YTDLP_PROXY, or export YTDLP_COOKIES_FILE anew"),
        (BOT, Access(proxy=True), "take another YTDLP_PROXY, or set YTDLP_COOKIES_FILE"),
        ("Sign in to confirm your age", Access(), "YTDLP_COOKIES_FILE with the cookies of an account"),
        ("Sign in to confirm your age", Access(cookies=True), "the account of YTDLP_COOKIES_FILE may not see it"),
        ("Private video", Access(), "YTDLP_COOKIES_FILE with the cookies of an account"),
    ],
)
def test_the_advice_is_never_to_set_what_is_set(said: str, access: Access, advice: str) -> None:
    assert advice in str(classify(said, access=access))


def test_stale_cookies_are_named_where_they_are_why_youtube_asks() -> None:
    error = classify(BOT, [STALE], Access(cookies=True))
    assert (error.code, "export them anew" in str(error)) == ("cookies", True)


def test_a_live_event_that_ended_is_tried_for_a_day_and_then_failed() -> None:
    error = classify("This live event has ended.")
    assert isinstance(error, TransientError)
    assert error.retry_after_s == 6 * 3600


def test_a_video_that_is_simply_unavailable_is_tried_twice() -> None:
    error = classify("Video unavailable")
    assert isinstance(error, TransientError)
    assert error.max_attempts == 2


def test_no_text_holds_a_password() -> None:
    assert "secret" not in str(classify("Unable to connect to proxy http://user:secret@proxy:3128/"))
