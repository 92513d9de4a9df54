"""What a new instance of the group does first: recorded fakes for AWS, real files."""

import json
import os
import subprocess

import pytest

from tests.support.infra.machine import Machine, machine

__all__ = ["machine"]
STACK = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "STACK": "lectern",
    "SQS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/1/q",
    "S3_BUCKET": "bucket",
    "WHISPER_MODEL": "large-v3",
    "DB_HOST": "db.example.org",
    "DATABASE_SECRET": "secret",
    "API_KEY_PARAMETER": "/lectern/anthropic-api-key",
    "SETTINGS_PATH": "/lectern/settings",
    "LOG_GROUP": "logs",
    "CONCURRENCY": "8",
    "LECTERN_REGISTRY": "ghcr.io/you/",
    "REVISION": "v1.0",
}
SECRET = """{"username": "yours", "password": "it's $5"}"""
AWS = 'case "$*" in *get-secret-value*) cat secret.json ;; *by-path*) cat settings.json ;; *get-parameter*) {} ;; esac'
REFUSED = 'echo "An error occurred ({})" >&2; exit 254'


def first_boot(machine: Machine, create_database: str) -> subprocess.CompletedProcess[str]:
    """The script in the described machine, with a deploy script that only notes that it was called."""
    deploy = machine.folder / "infra/deploy_worker.sh"
    deploy.write_text(f'#!/bin/sh\necho "deploy_worker.sh $*" >>"{machine.folder}/calls"\n')
    path = f"{machine.folder / 'bin'}:{os.environ['PATH']}"
    values = {**STACK, "CREATE_DATABASE": create_database, "PATH": path}
    command = [str(machine.folder / "infra/cloudformation/first_boot.sh")]
    return subprocess.run(command, capture_output=True, text=True, env=values, cwd=machine.folder, check=False)


@pytest.fixture
def instance(machine: Machine) -> Machine:
    """Its own instance id is i-1."""
    (machine.folder / "secret.json").write_text(SECRET)
    (machine.folder / "settings.json").write_text("[]")
    machine.stub("aws", body=AWS.format("echo sk-1"))
    machine.stub("curl", "i-1")
    return machine


def test_with_the_stacks_database_it_signs_in_by_token_and_asks_for_no_secret(instance: Machine) -> None:
    done = first_boot(instance, "yes")
    assert done.returncode == 0, done.stderr
    assert not [call for call in instance.calls if "secretsmanager" in call]
    assert "DB_USER=lectern\nDB_IAM_AUTH=1\n" in instance.env
    assert "DB_PASSWORD" not in instance.env
    assert "ANTHROPIC_API_KEY='sk-1'" in instance.env


def test_once_it_is_deployed_it_tells_the_stack(instance: Machine) -> None:
    assert first_boot(instance, "yes").returncode == 0
    assert "deploy_worker.sh --yes --autoscaling-group lectern" in instance.calls
    signal = "--stack-name lectern --logical-resource-id Workers --unique-id i-1 --status SUCCESS"
    assert instance.calls[-1] == f"aws cloudformation signal-resource {signal}"


def test_your_own_databases_password_is_written_as_it_is(instance: Machine) -> None:
    (instance.folder / ".env").unlink()
    assert first_boot(instance, "no").returncode == 0
    assert r"DB_USER='yours'" + "\n" + r"DB_PASSWORD='it\'s $5'" in instance.env
    assert (instance.folder / ".env").stat().st_mode & 0o077 == 0


def test_the_settings_of_the_group_survive_a_launch_and_win(instance: Machine) -> None:
    told = {"/lectern/settings/YTDLP_PROXY": "http://a:it's $5@proxy", "/lectern/settings/CONCURRENCY": "3"}
    (instance.folder / "settings.json").write_text(json.dumps([{"Name": n, "Value": v} for n, v in told.items()]))
    assert first_boot(instance, "yes").returncode == 0
    assert r"YTDLP_PROXY='http://a:it\'s $5@proxy'" in instance.env
    assert instance.env.rindex("CONCURRENCY='3'") > instance.env.index("CONCURRENCY=8")
    assert "LECTERN_TAG=v1.0\n" in instance.env


def test_a_setting_that_nothing_reads_is_named(instance: Machine) -> None:
    (instance.folder / "settings.json").write_text('[{"Name": "/lectern/settings/YTDLP_PROXI", "Value": "x"}]')
    done = first_boot(instance, "yes")
    assert done.returncode != 0
    assert "/lectern/settings/YTDLP_PROXI: .env.example has no YTDLP_PROXI" in done.stderr
    assert not [call for call in instance.calls if call.startswith("deploy_worker.sh")]


def test_without_a_key_it_goes_on(instance: Machine) -> None:
    instance.stub("aws", body=AWS.format(REFUSED.format("ParameterNotFound")))
    assert first_boot(instance, "no").returncode == 0
    assert "ANTHROPIC_API_KEY=''" in instance.env


def test_a_key_that_cannot_be_read_now_is_no_missing_key(instance: Machine) -> None:
    instance.stub("aws", body=AWS.format(REFUSED.format("ThrottlingException")))
    done = first_boot(instance, "no")
    assert done.returncode != 0
    assert "ThrottlingException" in done.stderr
    assert not [call for call in instance.calls if call.startswith("deploy_worker.sh")]
