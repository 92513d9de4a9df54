"""How a connection is made safe."""

from pathlib import Path

import pytest
import trustme

from consumer.database.postgres import connect
from consumer.database.settings import DatabaseSettings
from consumer.errors import ConfigError, EnvironmentFault


def settings(base: DatabaseSettings, mode: str, certificates: Path) -> DatabaseSettings:
    return base.model_copy(
        update={"db_sslmode": mode, "db_sslrootcert": certificates, "db_host": "127.0.0.1", "db_port": 1}
    )


async def test_certificates_that_are_named_are_trusted(database_settings: DatabaseSettings, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    with pytest.raises(EnvironmentFault, match="cannot be reached"):  # they were read, and nobody listens
        async with connect(settings(database_settings, "verify-full", tmp_path / "ca.pem"), tries=1):
            pass


@pytest.mark.parametrize(
    ("mode", "words"), [("verify-full", "holds no certificates"), ("require", "set both, or neither")]
)
async def test_certificates_that_cannot_serve_are_named(
    database_settings: DatabaseSettings, tmp_path: Path, mode: str, words: str
) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ConfigError, match=f"DB_SSLROOTCERT.*{words}"):
        async with connect(settings(database_settings, mode, tmp_path / "ca.pem"), tries=1):
            pass
