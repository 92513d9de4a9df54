"""yt-dlp's options: one site, one video, the original sound, nothing executed, nothing kept elsewhere."""

import shutil
from typing import Any

SOCKET_TIMEOUT_S = 20
RETRIES = 3


def options(wanted: dict[str, Any]) -> dict[str, Any]:
    """The options of YoutubeDL that are values.

    `wanted` has `folder` (a path) and `deno` (a path); `language` (such as de or pt-BR), `cookies` (a path) and `proxy`
    (an address) may be missing or None.
    """
    folder = wanted["folder"]
    cookies = wanted.get("cookies") and shutil.copy(wanted["cookies"], f"{folder}/cookies.txt")
    chosen: dict[str, Any] = {
        "allowed_extractors": ["youtube"],  # a full match: no other site, no file, no network call for them
        "format": sound(wanted.get("language")),
        "format_sort": ["lang"],  # the original before any dub, whatever their quality
        "outtmpl": {"default": f"{folder}/source.%(ext)s"},
        "cachedir": f"{folder}/cache",
        "paths": {"home": folder, "temp": folder},
        "compat_opts": {"no-certifi"},  # the system's certificates, a company's own among them
        "js_runtimes": {"deno": {"path": wanted["deno"]}},
        "noplaylist": True,
        "quiet": True,
        "noprogress": True,
        "socket_timeout": SOCKET_TIMEOUT_S,
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": RETRIES,
        "retry_sleep_functions": {"http": pause_s, "fragment": pause_s},
        "skip_unavailable_fragments": False,  # a hole would shift every later time, and nobody would know
        "external_downloader": {"default": "native"},
        "fixup": "never",  # our ffmpeg reads it as it is, within limits that yt-dlp's would not have
        "continuedl": True,
        "updatetime": False,
        "cookiefile": cookies,  # a copy: yt-dlp writes what YouTube changed back to it at the end
        "proxy": wanted.get("proxy"),
    }
    return {name: value for name, value in chosen.items() if value is not None}


def sound(language: str | None) -> str:
    """The format to take, in yt-dlp's language: a track in the language asked for, else the best of what there is.

    A track that describes the pictures (its language ends in -desc) is not the one that was asked for.
    """
    if language is None:
        return "bestaudio/best"
    spoken = language.split("-")[0].lower()
    filters = (f"[language={language}]", f"[language={spoken}]", f"[language^={spoken}-][language!$=-desc]")
    tracks = [kind + chosen for chosen in filters for kind in ("bestaudio", "best")]
    return "/".join([*tracks, "bestaudio", "best"])


def pause_s(n: int) -> float:
    """Seconds before try `n` + 1 of a request, counted from 0."""
    return float(min(2**n, 8))
