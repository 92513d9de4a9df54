"""YouTube: addresses, the child process that runs yt-dlp, what its errors mean, keeping it up to date."""
