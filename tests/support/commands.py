"""An operator's commands, in this process."""

import asyncio

from typer.testing import CliRunner, Result

from consumer.cli.commands import app


async def lectern(*arguments: str) -> Result:
    """Run a command, in a thread because it brings its own event loop."""
    return await asyncio.to_thread(CliRunner().invoke, app, list(arguments))
