"""`./dev up`: the same embedded system as the demo's, running until Ctrl-C."""

import asyncio
import shlex
import signal
import socket
import sys
from pathlib import Path

from rich.console import Console

from infra.sandbox.processes import LOOPBACK, PartFailed, free_port
from infra.sandbox.standins.youtube import LECTURE_URL
from infra.sandbox.system import EmbeddedSystem

PORT = 8000
ENV_FILE = Path("out") / "up.env"


def main() -> None:
    """Exit code 0 after Ctrl-C, 1 when a part fails."""
    console = Console(soft_wrap=True)
    try:
        asyncio.run(_until_interrupted(console))
    except PartFailed as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("\nstopped; nothing is left running")


async def _until_interrupted(console: Console) -> None:
    task = asyncio.ensure_future(up(console))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await task


async def up(console: Console) -> None:
    """Start, say how to use it, run until a part dies (PartFailed) or the task is cancelled."""
    console.print("starting …")
    try:
        async with EmbeddedSystem(transcriber_port=_port(console)) as system:
            write_env(system.environment)
            console.print(_how_to(system), highlight=False, markup=False)
            waits = [asyncio.create_task(part.process.wait()) for part in system.parts.values()]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            dead = next(part for part in system.parts.values() if not part.running)
            raise PartFailed(f"{dead.name} ended:\n{dead.last_words()}")
    finally:
        ENV_FILE.unlink(missing_ok=True)


def write_env(environment: dict[str, str]) -> None:
    """The settings, to be sourced by a shell."""
    ENV_FILE.parent.mkdir(exist_ok=True)
    ENV_FILE.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()))


def _port(console: Console) -> int:
    try:
        with socket.create_server((LOOPBACK, PORT)):
            return PORT
    except OSError:
        port = free_port()
        console.print(f"port {PORT} is taken: the transcriber listens on {port}", style="yellow")
        return port


def _how_to(system: EmbeddedSystem) -> str:
    return f"""
Lectern is up (Ctrl-C ends it). The stand-in for YouTube serves one video: {LECTURE_URL}

  transcriber   {system.transcriber_url}  (a page, /docs, /metrics)
  queue         {system.aws.queue_url}
  S3, SQS       {system.aws.endpoint}  bucket {system.aws.bucket}
  Postgres      socket {system.environment["DB_HOST"]}, user postgres
  logs          {system.folder}/*.log

In another terminal:

  source {ENV_FILE}
  .venv/bin/lectern submit {LECTURE_URL}
  .venv/bin/lectern status LecternDemo
  .venv/bin/lectern explain LecternDemo
  curl -F file=@infra/sandbox/assets/sample.mp3 {system.transcriber_url}/transcribe
  aws --endpoint-url {system.aws.endpoint} sqs send-message --queue-url {system.aws.queue_url} \\
    --message-body '{{"video_id": "my-video", "youtube_url": "{LECTURE_URL}"}}'
"""


if __name__ == "__main__":
    main()
