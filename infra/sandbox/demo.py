"""`./dev demo [URL|FILE]`: a message goes onto a queue, study material comes out, and you can watch."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from consumer.errors import BadMessage
from consumer.models import Status
from consumer.youtube.urls import parse_video_url
from infra.sandbox.paths import SAMPLE
from infra.sandbox.processes import PartFailed
from infra.sandbox.real_model import NoModel, real_model
from infra.sandbox.results import fetch, show
from infra.sandbox.standins.youtube import LECTURE_ID, video_url
from infra.sandbox.system import MODEL, EmbeddedSystem
from infra.sandbox.view import StageBars

OUT = Path("out")
LONGEST_S = 4 * 3600
BYTES_A_SECOND = 1_000_000  # so that the sample's download can be watched
OWN = (
    *("STUDY_PROVIDER", "ANTHROPIC_API_KEY", "ANTHROPIC_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
    *("YTDLP_PROXY", "YTDLP_COOKIES_FILE", "HTTPS_PROXY", "SSL_CERT_FILE"),
)
"""What of the shell's settings the real thing takes; behind the stand-in for YouTube there is no internet."""


def main() -> None:
    """Exit code 0 when the video is completed, 1 when it is not, 2 for a wrong argument, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument(
        "source", nargs="?", help="a YouTube address, or a local audio or video file (default: a sample)"
    )
    console = Console(soft_wrap=True)
    try:
        video, media = chosen(parser.parse_args().source)
        sys.exit(asyncio.run(_until_interrupted(console, video, media)))
    except BadMessage as error:
        console.print(f"dev demo: {error}", style="red", markup=False, highlight=False)
        sys.exit(2)
    except (PartFailed, NoModel) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("\nstopped; nothing is left running")
        sys.exit(130)


def chosen(source: str | None) -> tuple[str, Path | None]:
    """The video's id, and what the stand-in for YouTube serves (None: the real YouTube). Raises BadMessage."""
    if source is None:
        return LECTURE_ID, SAMPLE
    path = Path(source)
    if path.is_file():
        _check_sound(path)
        return LECTURE_ID, path
    if "/" not in source.replace("://", "") or path.suffix in (".mp3", ".mp4", ".wav", ".m4a", ".webm"):
        raise BadMessage(f"{source} is neither a file nor the address of a YouTube video")
    return parse_video_url(source), None


def _check_sound(path: Path) -> None:
    """Before anything is fetched or started for it."""
    decode = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        str(path.absolute()),
        "-map",
        "0:a:0",
        "-t",
        "1",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(decode, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise BadMessage(f"{path} has no sound that ffmpeg can read: {said}")


async def _until_interrupted(console: Console, video: str, media: Path | None) -> int:
    task = asyncio.ensure_future(demo(console, video, media))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    return await task


async def demo(console: Console, video: str, media: Path | None) -> int:
    """Start everything, send one message, watch the row, show what came of it."""
    model = MODEL if media == SAMPLE else {"WHISPER_MODEL": str(await real_model(console))}
    started = time.monotonic()
    what = "the real YouTube" if media is None else f"a stand-in for YouTube that serves {media.name}"
    console.print(f"starting Postgres, SQS, S3, the transcriber, the consumer, and {what} …", highlight=False)
    slow = BYTES_A_SECOND if media == SAMPLE else None
    own = _own_settings() if media is None else {"STUDY_PROVIDER": "extractive"}
    async with EmbeddedSystem(media, slow, model, consumer_settings={"MAX_ATTEMPTS": "1", **own}) as system:
        console.print(
            f"up after {time.monotonic() - started:.1f} s; sending a message to {system.aws.queue_url}", highlight=False
        )
        await system.send({"video_id": video, "youtube_url": video_url(video)})
        with StageBars(console) as bars:
            row = await _watch(system, video, bars)
        if row["status"] != Status.COMPLETED:
            console.print(f"{row['status']}: {row['error_message']}", style="red", highlight=False, markup=False)
            if media is None and row["error_code"] not in ("private", "gone", "too_long"):
                console.print("The real YouTube needs internet; ./dev demo alone needs none.")
            return 1
        folder = await fetch(system, row, OUT)
        show(console, row, folder)
    if media is not None:
        again = f".venv/bin/lectern study {folder}/transcript.json --out {folder}"
        console.print(f"With ANTHROPIC_API_KEY or OPENAI_API_KEY set, a model writes more: {again}", highlight=False)
    console.print(f"done in {time.monotonic() - started:.1f} s", highlight=False)
    return 0


def _own_settings() -> dict[str, str]:
    return {name: os.environ[name] for name in OWN if name in os.environ}


async def _watch(system: EmbeddedSystem, video: str, bars: StageBars) -> dict[str, Any]:
    """Follow the row to its end; raises PartFailed where the consumer dies first."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        row = await system.row(video)
        bars.show(row)
        if row is not None and _is_over(row):
            return row
        consumer = system.parts["consumer"]
        if not consumer.running:
            raise PartFailed(f"the consumer ended:\n{consumer.last_words()}")
        await asyncio.sleep(0.1)
    raise PartFailed(f"nothing came of it within {LONGEST_S} s")


def _is_over(row: dict[str, Any]) -> bool:
    """Nobody waits for a premiere here, nor for a second try."""
    status = Status(row["status"])
    return status.is_end or status == Status.SCHEDULED or (status == Status.QUEUED and bool(row["error_code"]))


if __name__ == "__main__":
    main()
