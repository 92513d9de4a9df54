"""`python -m infra.sandbox.standins.youtube`: the stand-in as a program, for a container beside the real services."""

import argparse
import asyncio
import signal
from pathlib import Path

from infra.sandbox.paths import SAMPLE
from infra.sandbox.standins.youtube.standin import YouTubeStandin


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.sandbox.standins.youtube", description=__doc__)
    parser.add_argument("--media", type=Path, default=SAMPLE, help="the sound of every video")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port of the proxy")
    parser.add_argument("--authority", type=Path, help="where to put the certificate that clients must trust")
    wanted = parser.parse_args()
    asyncio.run(_serve(YouTubeStandin(wanted.media, host=wanted.host, port=wanted.port), wanted.authority))


async def _serve(site: YouTubeStandin, authority: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with site:
        if authority:
            authority.write_bytes(Path(site.environment["SSL_CERT_FILE"]).read_bytes())
        print(site.environment["HTTPS_PROXY"], flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
