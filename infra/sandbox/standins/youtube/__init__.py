"""YouTube on loopback: the real yt-dlp extractor and a real Deno cannot tell it from the site's few pages they use.

`async with YouTubeStandin() as youtube:` and pass `youtube.environment` to whatever runs yt-dlp.
"""

from infra.sandbox.standins.youtube.site import LECTURE_ID, LECTURE_URL, video_url
from infra.sandbox.standins.youtube.standin import YouTubeStandin

__all__ = ["LECTURE_ID", "LECTURE_URL", "YouTubeStandin", "video_url"]
