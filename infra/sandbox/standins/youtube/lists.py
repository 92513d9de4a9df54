"""What the site's pages say of a playlist or a channel: a page of videos, and where the next one is."""

import json
from collections.abc import Sequence
from typing import Any

PAGE = 3  # YouTube's is 100


def list_answer(videos: Sequence[tuple[str, str]], asked: bytes) -> tuple[bytes, str]:
    """The page of a list of videos (id and title), or what comes after it where the request says that; and its type."""
    if asked:
        return json.dumps(_next_page(videos, json.loads(asked)["continuation"])).encode(), "application/json"
    return _page(videos), "text/html"


def _page(videos: Sequence[tuple[str, str]]) -> bytes:
    tab = {"title": "Videos", "selected": True, "content": {"sectionListRenderer": {"contents": [_section(videos)]}}}
    data = {"contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": tab}]}}}
    context = {"INNERTUBE_CONTEXT": {"client": {"clientName": "WEB", "clientVersion": "2.20261101.00.00"}}}
    script = f"ytcfg.set({json.dumps(context)});var ytInitialData = {json.dumps(data)};"
    return f"<html><script>{script}</script></html>".encode()


def _next_page(videos: Sequence[tuple[str, str]], token: str) -> dict[str, Any]:
    action = {"continuationItems": _items(videos, int(token.rsplit("-", 1)[-1]))}
    return {"onResponseReceivedActions": [{"appendContinuationItemsAction": action}]}


def _section(videos: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"itemSectionRenderer": {"contents": [{"playlistVideoListRenderer": {"contents": _items(videos, 0)}}]}}


def _items(videos: Sequence[tuple[str, str]], start: int) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = [
        {"playlistVideoRenderer": {"videoId": youtube_id, "title": {"runs": [{"text": title}]}, "lengthSeconds": "104"}}
        for youtube_id, title in videos[start : start + PAGE]
    ]
    if start + PAGE < len(videos):
        command = {"token": f"after-{start + PAGE}", "request": "CONTINUATION_REQUEST_TYPE_BROWSE"}
        shown.append({"continuationItemRenderer": {"continuationEndpoint": {"continuationCommand": command}}})
    return shown
