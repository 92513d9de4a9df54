"""The files for Kubernetes, rendered as kubectl does and held against Kubernetes' own schemas; no cluster is asked."""

import json
import re
import shutil
import subprocess
from functools import lru_cache
from typing import Any

import pytest
import yaml
from kubernetes_validate import utils as schemas

from consumer.settings import Settings as ConsumerSettings
from infra.sandbox.paths import ROOT
from transcriber.settings import Settings as TranscriberSettings

FOLDER = ROOT / "infra/kubernetes"
OVERLAYS = ("base", "gpu")
PODS = ("transcriber", "consumer", "migrate")
FOREIGN = ("keda.sh/v1alpha1",)  # of an operator, whose schemas Kubernetes does not have


@lru_cache
def rendered(overlay: str) -> tuple[dict[str, Any], ...]:
    """Every object, as `kubectl apply -k` would send it."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed (it renders the files; no cluster is asked)")
    said = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True, check=False).stdout
    if not re.search(r"Kustomize Version: v[5-9]", said):
        pytest.skip("this kubectl is too old for the files: 1.27 is the first with Kustomize 5")
    done = subprocess.run(["kubectl", "kustomize", str(FOLDER / overlay)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def named(overlay: str, kind: str, name: str) -> dict[str, Any]:
    """One object."""
    (found,) = [each for each in rendered(overlay) if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


def pod(overlay: str, name: str) -> dict[str, Any]:
    """A pod's specification."""
    kind = "Job" if name == "migrate" else "Deployment"
    return named(overlay, kind, name)["spec"]["template"]["spec"]


def containers(overlay: str) -> list[tuple[str, dict[str, Any]]]:
    """All of them, those that run first among them, with their pod's name."""
    pods = {name: pod(overlay, name) for name in PODS}
    return [
        (name, each) for name, spec in pods.items() for each in (*spec.get("initContainers", ()), *spec["containers"])
    ]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_knows_every_field(overlay: str) -> None:
    ours = [each for each in rendered(overlay) if each["apiVersion"] not in FOREIGN]
    assert len(ours) > 10
    for each in ours:
        schemas.validate(each, "1.34", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_has_rights_that_it_does_not_need(overlay: str) -> None:
    assert (
        named(overlay, "Namespace", "lectern")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        == "restricted"
    )
    for name in PODS:
        spec = pod(overlay, name)
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
    for _, each in containers(overlay):
        rights = each["securityContext"]
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert rights["readOnlyRootFilesystem"]
        assert rights["allowPrivilegeEscalation"] is False
        assert "memory" in each["resources"]["limits"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_users_are_those_of_the_images(overlay: str) -> None:
    for name, recipe in (("transcriber", "transcriber"), ("consumer", "consumer"), ("migrate", "consumer")):
        user = re.search(r"^USER (\d+)$", (ROOT / f"services/{recipe}/Dockerfile").read_text(), re.MULTILINE)
        assert user
        assert pod(overlay, name)["securityContext"]["runAsUser"] == int(user[1])


def test_every_setting_is_one_that_a_service_reads() -> None:
    known = {name.upper() for kind in (ConsumerSettings, TranscriberSettings) for name in kind.model_fields}
    for overlay in OVERLAYS:
        (told,) = [each["data"] for each in rendered(overlay) if each["kind"] == "ConfigMap"]
        assert set(told) <= known


def test_no_key_stands_in_a_file() -> None:
    assert not [each for each in rendered("base") if each["kind"] == "Secret"]
    secret = {"API_KEY", "DB_PASSWORD", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "HF_TOKEN"}
    (told,) = [each["data"] for each in rendered("base") if each["kind"] == "ConfigMap"]
    assert not secret & set(told)


@pytest.mark.parametrize("service", ["transcriber", "consumer"])
def test_a_broken_world_restarts_nobody(service: str) -> None:
    (container,) = pod("base", service)["containers"]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    start = container["startupProbe"]
    assert start["periodSeconds"] * start["failureThreshold"] >= 300


@pytest.mark.parametrize("service", ["transcriber", "consumer"])
def test_a_pod_has_time_to_drain(service: str) -> None:
    settings = ConsumerSettings.model_fields
    longest_s = float(settings["drain_seconds"].default) + float(settings["poll_seconds"].default) + 20
    assert pod("base", service)["terminationGracePeriodSeconds"] >= longest_s
    assert named("base", "PodDisruptionBudget", service)


def test_a_transcriber_leaves_when_its_address_is_forgotten() -> None:
    (container,) = pod("base", "transcriber")["containers"]
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]


def test_scaling_follows_work_and_never_what_waits_for_a_premiere() -> None:
    spec = named("base", "ScaledObject", "consumer")["spec"]
    waiting, working = spec["triggers"]
    assert (waiting["name"], waiting["metadata"]["scaleOnInFlight"]) == ("waiting", "false")
    assert working["metadata"]["query"] == "sum(consumer_in_flight)"
    assert spec["advanced"]["scalingModifiers"]["formula"] == "waiting + working"
    down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert down["stabilizationWindowSeconds"] >= 600
    for name in ("consumer", "transcriber"):
        scaled = named("base", "ScaledObject", name)["spec"]["scaleTargetRef"]["name"]
        assert named("base", "Deployment", scaled)


def test_only_the_consumer_gets_out_to_addresses_inside() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in rendered("base") if each["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (hub,) = policies["transcriber"]["egress"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(hub["to"][0]["ipBlock"]["except"])
    assert [each["port"] for each in hub["ports"]] == [443]
    (inside,) = policies["transcriber"]["ingress"]
    assert inside["ports"] == [{"protocol": "TCP", "port": 8000}]


def test_with_a_gpu_both_of_the_transcribers_steps_have_it() -> None:
    changed = pod("gpu", "transcriber")
    for each in (*changed["initContainers"], *changed["containers"]):
        assert each["resources"]["limits"]["nvidia.com/gpu"] == 1
        assert each["image"].endswith("-gpu")
    assert pod("gpu", "consumer")["containers"] != []
    assert "nvidia" not in json.dumps(pod("gpu", "consumer"))
