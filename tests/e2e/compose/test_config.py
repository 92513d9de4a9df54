"""What compose understands of the files, without starting anything."""

import json
from pathlib import Path

import pytest

from tests.support.e2e.env_file import FILLED_IN, for_aws
from tests.support.e2e.stack import ComposeFailed, Stack, run

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300, func_only=True)]
OF_TRANSCRIBER = {"API_KEY", "HF_TOKEN"}
OF_STUDY = {"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "TRANSCRIBER_API_KEY", "YTDLP_PROXY"}
OF_AWS = {"AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"}
ENV_LINES = (
    "STOP_GRACE_SECONDS=300 # five minutes",
    "STOP_GRACE_SECONDS='300' # five minutes",
    'STOP_GRACE_SECONDS="300"',
    "export STOP_GRACE_SECONDS = 300  ",
    "STOP_GRACE_SECONDS=200\nSTOP_GRACE_SECONDS=300",
    "STOP_GRACE_SECONDS= # as it comes",
    "STOP_GRACE_SECONDS=a#b",
    "# STOP_GRACE_SECONDS=500",
)
GPU = "docker-compose.gpu.yml"


def test_the_second_file_adds_only_the_gpu(checkout: Stack) -> None:
    plain, gpu = checkout.config(), checkout.config(GPU)
    assert set(plain["services"]) == set(gpu["services"])
    changed = {name for name in plain["services"] if plain["services"][name] != gpu["services"][name]}
    assert changed == {"model", "transcriber"}
    for name in changed:
        assert gpu["services"][name]["build"]["args"]["GPU"] == "1"
        assert gpu["services"][name]["deploy"]["resources"]["reservations"]["devices"][0]["capabilities"] == ["gpu"]


def test_the_profile_observe_adds_a_dashboard(checkout: Stack) -> None:
    services = checkout.config(COMPOSE_PROFILES="observe")["services"]
    assert set(services) == {"model", "transcriber", "migrate", "doctor", "consumer", "prometheus", "grafana"}
    assert [(port["host_ip"], port["published"]) for port in services["grafana"]["ports"]] == [("127.0.0.1", "3000")]
    for name in ("prometheus", "grafana"):
        assert all(mount["type"] != "bind" or mount["read_only"] for mount in services[name]["volumes"])


@pytest.mark.parametrize("line", ENV_LINES)
def test_compose_reads_a_setting_as_the_deploy_script_does(checkout: Stack, line: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    (tmp_path / "docker-compose.yml").write_text('services: {x: {image: x, command: ["${STOP_GRACE_SECONDS-}"]}}\n')
    composed = json.loads(run(["docker", "compose", "config", "--format", "json"], tmp_path))
    source = f"here={tmp_path}; . {checkout.folder}/infra/deploy/settings.sh"
    deployed = run(["bash", "-euc", f"{source}; setting STOP_GRACE_SECONDS"], tmp_path)
    assert deployed == (composed["services"]["x"]["command"] or [""])[0]


@pytest.mark.parametrize("name", ["transcriber", "consumer", "postgres", "aws", "prometheus", "grafana"])
def test_whatever_stays_comes_back_and_has_the_least_rights(checkout: Stack, name: str) -> None:
    service = checkout.config(COMPOSE_PROFILES="local,observe")["services"][name]
    assert service["restart"] == "unless-stopped"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"]
    assert service["mem_limit"]
    assert service["pids_limit"]


def test_the_transcriber_shares_no_network_with_the_database(checkout: Stack) -> None:
    config = checkout.config(COMPOSE_PROFILES="local,observe")
    networks = {name: set(each["networks"]) for name, each in config["services"].items()}
    for inner in ("postgres", "aws"):
        assert networks[inner] == {"data"}
        assert not networks[inner] & (networks["transcriber"] | networks["grafana"] | networks["prometheus"])
    assert config["networks"]["data"]["internal"]
    assert networks["transcriber"] == networks["model"] == {"speech"}
    assert networks["consumer"] == {"default", "data", "speech"}


def test_each_service_has_its_own_keys_only(checkout: Stack) -> None:
    keys = dict.fromkeys(OF_TRANSCRIBER | OF_STUDY | OF_AWS, "x")
    env = checkout.folder / ".env"
    right = env.read_text()
    env.write_text(right + "".join(f"{name}={value}\n" for name, value in keys.items()))
    try:
        services = checkout.config()["services"]
    finally:
        env.write_text(right)
    held = {
        name: {key for key in keys if each["environment"].get(key)}
        for name, each in services.items()
        if "env" in str(each)
    }
    assert held["transcriber"] == held["model"] == OF_TRANSCRIBER
    assert held["consumer"] == held["doctor"] == OF_STUDY | OF_AWS
    assert held["migrate"] == OF_AWS


def test_two_transcribers_want_two_ports_and_no_other_change(checkout: Stack) -> None:
    (port,) = checkout.config(PUBLISH_PORT="8000-8001")["services"]["transcriber"]["ports"]
    assert port["published"] == "8000-8001"


def test_the_steps_for_aws_leave_only_what_works_there(checkout: Stack) -> None:
    env = checkout.folder / ".env"
    right = env.read_text()
    env.write_text(for_aws(FILLED_IN))
    try:
        services = checkout.config()["services"]
    finally:
        env.write_text(right)
    assert set(services) == {"model", "transcriber", "migrate", "doctor", "consumer"}
    told = services["consumer"]["environment"]
    assert {name for name in told if name.startswith("AWS_")} == {"AWS_REGION"}
    assert (told["DB_SSLMODE"], told["DB_PASSWORD"].replace("$$", "$")) == ("require", "s$cret#1")
    assert told["SQS_QUEUE_URL"] == FILLED_IN["SQS_QUEUE_URL"]


def test_a_model_is_baked_where_that_is_asked(checkout: Stack) -> None:
    asked = {"BAKE": "1", "WHISPER_MODEL": "tiny"}
    for files, settings, baked in (
        ((), {}, ""),
        ((), asked, "tiny"),
        ((), {"BAKE": "1", "WHISPER_MODEL": ""}, "small"),
        ((GPU,), {"BAKE": "1", "WHISPER_MODEL": ""}, "large-v3"),
    ):
        transcriber = checkout.config(*files, **settings)["services"]["transcriber"]
        assert transcriber["build"]["args"]["MODEL"] == baked
        assert not baked or transcriber["environment"]["WHISPER_MODEL"] == baked


def test_a_longer_drain_is_given_by_two_settings(checkout: Stack) -> None:
    services = checkout.config(DRAIN_SECONDS="300", STOP_GRACE_SECONDS="340")["services"]
    for name in ("transcriber", "consumer"):
        assert services[name]["stop_grace_period"] == "5m40s"
    assert services["doctor"]["environment"]["STOP_GRACE_SECONDS"] == "340"


def test_a_missing_env_file_is_said_with_what_to_do(checkout: Stack) -> None:
    (checkout.folder / ".env").rename(checkout.folder / ".env.away")
    try:
        with pytest.raises(ComposeFailed, match=r"there is no \.env, .* cp \.env\.example \.env"):
            checkout.compose("up", "--detach", settings={"COMPOSE_FILE": "docker-compose.yml"})
    finally:
        (checkout.folder / ".env.away").rename(checkout.folder / ".env")
