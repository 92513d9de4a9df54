"""The child process that reads a playlist or a channel: `python -P -m consumer.youtube.list_child`.

One JSON object on its standard input (`url`, and what `make_downloader` takes); one a line comes back: `entry` (a
video), then `end`, or `error` with yt-dlp's words.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any, cast

from yt_dlp.utils import YoutubeDLError

from consumer.youtube.child import Listener, make_downloader, say

LISTS = ["youtube(:.*)?"]
"""A full match, like the one of a single video: no other site."""
MOST_STEPS = 5  # a channel's address leads to its tab, and that to its list


def main() -> None:
    """Say each entry as soon as its page has come."""
    wanted = cast("dict[str, Any]", json.load(sys.stdin))
    listener = Listener()
    try:
        others = {"allowed_extractors": LISTS, "extract_flat": "in_playlist", "noplaylist": False}
        with make_downloader(wanted, listener, **others) as downloader:
            for entry in entries(downloader, wanted["url"]):
                say("entry", id=entry.get("id"), title=entry.get("title"), duration_s=entry.get("duration"))
        say("end")
    except YoutubeDLError as error:
        say("error", text=str(error), warnings=listener.warnings)


def entries(downloader: Any, url: str) -> Iterable[dict[str, Any]]:
    """What is in a list, page by page."""
    info: dict[str, Any] = {"_type": "url", "url": url}
    for _ in range(MOST_STEPS):
        if info.get("_type") not in ("url", "url_transparent"):
            break
        info = downloader.extract_info(info["url"], ie_key=info.get("ie_key"), download=False, process=False)
    return cast("Iterable[dict[str, Any]]", info.get("entries") or [])


if __name__ == "__main__":
    main()
