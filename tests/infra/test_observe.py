"""The dashboard and the alerts ask only for what the services really say, and every alert has a paragraph."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from consumer.errors import TransientError
from consumer.observability.health import Health, serve_health
from consumer.observability.metrics import Metrics as ConsumerMetrics
from infra.sandbox.paths import ROOT
from transcriber.metrics.prometheus import Metrics as TranscriberMetrics

OBSERVE = ROOT / "infra/observe"
DASHBOARD = OBSERVE / "grafana/dashboards/lectern.json"
RUNBOOK = (ROOT / "infra/RUNBOOK.md").read_text()
EVENT = re.compile(r"log\.(?:warning|error|exception)\(\s*\"([a-z_.]+)\"")
PLAYED = ROOT / "tests/infra/alerts_test.yml"
OURS = re.compile(r"\b(?:consumer|transcriber|process)_[a-z_]+\b")
LABELS = re.compile(r"by \(([^)]*)\)|\{([a-z_]+)=")
OF_ALL = re.compile(r"(\d+ \* )?(sum|max|count|histogram_quantile)\b")
QUEUE = "consumer_queue_messages"  # every consumer reports the same one
OF_PROMETHEUS = {"le", "instance", "job"}


def alerts() -> list[dict[str, Any]]:
    return yaml.safe_load((OBSERVE / "alerts.yml").read_text())["groups"][0]["rules"]


def expressions() -> Iterator[str]:
    """All PromQL there is."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in alerts())


@pytest.fixture
async def said() -> dict[str, set[str]]:
    """Every sample's name and labels, on both services' real pages, once each figure has been told something."""
    consumer, health = ConsumerMetrics(), Health()
    consumer.stage("audio", 1)
    consumer.spent("model", 1)
    consumer.depth(1, 1)
    consumer.dead(1)
    consumer.built("1", "abc")
    consumer.room(ROOT)
    with suppress(TransientError), consumer.failures():
        raise TransientError("once")
    health.count("completed")
    transcriber = TranscriberMetrics()
    transcriber.batch(1, 2, 0.1, 1)
    transcriber.low_confidence("loop")
    transcriber.answered("/transcribe", 200)
    transcriber.failed("Overloaded")
    transcriber.waited(0.1)
    transcriber.built("1", "abc")
    for gauge in (
        "model_threads",
        "queued_audio_seconds",
        "predicted_wait_seconds",
    ):  # the service adds them with its engine
        transcriber.gauge(gauge, gauge, lambda: 0.0)
    async with (
        serve_health(health, consumer, "127.0.0.1", 0) as port,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        page = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    found: dict[str, set[str]] = {}
    for text in (page, transcriber.page().decode()):
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_there_is_something_to_check() -> None:
    assert len(list(expressions())) > 20


@pytest.mark.parametrize("expression", list(expressions()))
async def test_an_expression_names_only_what_is_said(expression: str, said: dict[str, set[str]]) -> None:
    names = set(OURS.findall(expression))
    assert names <= set(said)
    offered = OF_PROMETHEUS.union(*(said[name] for name in names))
    asked = {label.strip() for group in LABELS.findall(expression) for part in group for label in part.split(",")}
    assert asked - {""} <= offered


def test_every_alert_has_a_severity_and_a_place_in_the_runbook() -> None:
    headings = re.findall(r"^#### (\w+)$", RUNBOOK, re.MULTILINE)
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook_url"] == f"infra/RUNBOOK.md#{rule['alert'].lower()}"
        assert rule["alert"] in headings


def test_every_warning_and_error_is_in_the_runbook() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    told = set(re.findall(r"^\| `([a-z_.]+)` \|", RUNBOOK, re.MULTILINE))
    assert told == set(EVENT.findall(sources))


@pytest.mark.parametrize("panel", json.loads(DASHBOARD.read_text())["panels"], ids=lambda panel: panel["title"])
def test_a_panel_is_about_all_replicas_together(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        assert OF_ALL.match(target["expr"])
        assert "instance" not in target["legendFormat"]


def test_what_every_replica_reports_alike_is_not_added_up() -> None:
    asked = [each for each in expressions() if QUEUE in each]
    assert asked
    assert all(re.search(rf"max (by \(state\) )?\({QUEUE}", each.replace("max(", "max (")) for each in asked)


def test_the_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    played = PLAYED.read_text()
    missing = [rule["alert"] for rule in alerts() if rule["alert"] not in played]
    assert missing == []
    shutil.copy(OBSERVE / "alerts.yml", tmp_path)
    shutil.copy(PLAYED, tmp_path)
    command = ["promtool", "test", "rules", str(tmp_path / PLAYED.name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_accepts_the_rules(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    config = tmp_path / "prometheus.yml"
    config.write_text((OBSERVE / "prometheus.yml").read_text().replace("/etc/prometheus", str(OBSERVE)))
    done = subprocess.run(["promtool", "check", "config", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_understands_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian: apt install prometheus)")
    asked = [each.replace("$__rate_interval", "1m") for each in expressions()]
    rules = [{"record": f"check:{number}", "expr": each} for number, each in enumerate(asked)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    command = ["promtool", "check", "rules", str(tmp_path / "rules.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
