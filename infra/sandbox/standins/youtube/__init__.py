"""YouTube on loopback: the real yt-dlp extractor and a real Deno cannot tell it from the site's few pages they use.

`async with YouTubeStandin() as youtube:` and pass `youtube.environment` to whatever runs yt-dlp.
"""

from infra.sandbox.standins.youtube.standin import YouTubeStandin
from infra.sandbox.standins.youtube.videos import LECTURE_ID, LECTURE_URL, Track, Video, video_url

__all__ = ["LECTURE_ID", "LECTURE_URL", "Track", "Video", "YouTubeStandin", "video_url"]
