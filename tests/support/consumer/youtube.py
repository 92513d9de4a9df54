"""The stand-in for YouTube, as this process and its children see it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from infra.sandbox.paths import LECTURE
from infra.sandbox.standins.youtube import Video, YouTubeStandin

ANY_ID = "anyVideoId0"


@asynccontextmanager
async def youtube_in_environment() -> AsyncGenerator[YouTubeStandin]:
    """A stand-in that every yt-dlp of this environment takes for YouTube."""
    async with YouTubeStandin(LECTURE) as site:
        os.environ.update(site.environment)
        yield site
        for name in site.environment:
            del os.environ[name]


def published(youtube: YouTubeStandin, video: Video) -> str:
    """The id of such a video; the requests and tracks of the one before are forgotten."""
    youtube.videos[ANY_ID] = video
    youtube.requests.clear()
    youtube.languages.clear()
    return ANY_ID


def ignore(_: float) -> None:
    """Nobody watches the progress."""
