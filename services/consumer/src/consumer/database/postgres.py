"""One small pool of connections to Postgres. The one file that knows asyncpg."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from consumer.clients import aws
from consumer.database.settings import DatabaseSettings
from consumer.errors import ConfigError, Dependency, EnvironmentFault, RowRefused, TransientError

log = structlog.get_logger()
CONNECT_TRIES, CONNECT_PAUSE_S = 10, 3.0  # half a minute: a database that restarts is waited for
COMMAND_TIMEOUT_S = 15
REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
MISSING = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)
UNFIT = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)
Pool = asyncpg.Pool
Connection = asyncpg.pool.PoolConnectionProxy


@asynccontextmanager
async def connect(settings: DatabaseSettings, tries: int = CONNECT_TRIES) -> AsyncGenerator[Pool]:
    """A pool. Raises EnvironmentFault where the database cannot be reached or refuses us."""
    pool = await _connected(settings, tries)
    try:
        yield pool
    finally:
        await asyncio.wait_for(pool.close(), COMMAND_TIMEOUT_S)


@asynccontextmanager
async def translate_errors(what: str) -> AsyncGenerator[None]:
    """Around each statement: asyncpg's exceptions become ours here and nowhere else. `what`: a verb and its object."""
    try:
        yield
    except REFUSED as error:
        raise EnvironmentFault(
            f"the database refused to {what}: {error} (check DB_USER, DB_PASSWORD, DB_NAME)",
            dependency=Dependency.DATABASE,
        ) from error
    except MISSING as error:
        raise EnvironmentFault(
            f"the database could not {what}: {error} (run lectern migrate, or check VIDEO_TABLE and LECTERN_SCHEMA)",
            dependency=Dependency.DATABASE,
        ) from error
    except UNFIT as error:
        raise RowRefused(f"the database would not {what}: {_said(error)}") from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        words = f"the database could not {what}: {error or type(error).__name__}"
        raise TransientError(words, dependency=Dependency.DATABASE) from error


@contextmanager
def refusing(words: str) -> Generator[None]:
    """Around a statement that only a wrong value can fail: RowRefused, in these words."""
    try:
        yield
    except asyncpg.DataError as error:
        raise RowRefused(words) from error


async def tried(connection: Connection, act: Callable[[], Awaitable[object]]) -> str | None:
    """Do something within a transaction and undo it; what Postgres says against it, None where it says nothing."""
    undone = connection.transaction()
    await undone.start()
    try:
        await act()
    except asyncpg.PostgresError as error:
        return _said(error)
    finally:
        await undone.rollback()
    return None


def _said(error: asyncpg.PostgresError) -> str:
    """Without its details: they show the row, whose other columns are its owner's business."""
    return str(error).splitlines()[0]


async def _connected(settings: DatabaseSettings, tries: int) -> Pool:
    where = f"{settings.db_host}:{settings.db_port}/{settings.db_name}"
    for number in range(1, tries + 1):
        try:
            return await _opened(settings)
        except TransientError as error:
            if number == tries:
                reason = error.__cause__ or error
                words = f"Postgres at {where} cannot be reached: {reason} (check DB_HOST, DB_PORT, DB_SSLMODE)"
                raise EnvironmentFault(words) from error
            log.warning("postgres.unreachable", where=where, tries=number, error=str(error))
        await asyncio.sleep(CONNECT_PAUSE_S)
    raise AssertionError("unreachable")


async def _opened(settings: DatabaseSettings) -> Pool:
    """A pool that has answered once: asyncpg's would connect only when first used."""
    async with translate_errors("connect"):
        pool = await asyncpg.create_pool(**_options(settings))
        try:
            await pool.execute("SELECT 1")
        except BaseException:
            pool.terminate()
            raise
    return pool


def _options(settings: DatabaseSettings) -> dict[str, Any]:
    def token() -> str:
        with aws.translate_errors("AWS", "sign a token for the database"):
            rds = aws.client("rds", settings.aws_region)
            return str(rds.generate_db_auth_token(settings.db_host, settings.db_port, settings.db_user))

    async def fresh_token() -> str:  # valid for 15 minutes; asked for anew with each connection
        return await asyncio.to_thread(token)

    password = settings.db_password.get_secret_value() if settings.db_password else None
    secure: Any = settings.db_sslmode
    if settings.db_sslmode == "verify-full":
        secure = _trusting(settings.db_sslrootcert)
    elif settings.db_sslrootcert:
        raise ConfigError("DB_SSLROOTCERT is for DB_SSLMODE=verify-full: set both, or neither")
    return {
        "host": settings.db_host,
        "port": settings.db_port,
        "user": settings.db_user,
        "database": settings.db_name,
        "password": fresh_token if settings.db_iam_auth else password,
        "ssl": secure,
        "min_size": 0,
        "max_size": 4,
        "timeout": 10,
        "command_timeout": COMMAND_TIMEOUT_S,
        "statement_cache_size": 0,  # RDS Proxy and pgbouncer pool by transaction
    }


def _trusting(certificates: Path | None) -> ssl.SSLContext:
    """These, or the system's. Raises ConfigError where the file holds none."""
    try:
        return ssl.create_default_context(cafile=certificates)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"DB_SSLROOTCERT={certificates} holds no certificates: {error}") from error
