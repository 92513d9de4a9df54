"""What the stand-in for CloudFormation does not make, read from the template."""

import json
import re
from typing import Any

import pytest

from tests.support.infra.machine import ROOT
from tests.support.infra.template import parsed

TEMPLATE = parsed()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
ALARMS = sorted(name for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm")
RUNBOOK = (ROOT / "infra/RUNBOOK.md").read_text()


def properties(name: str) -> dict[str, Any]:
    return RESOURCES[name]["Properties"]


def of_type(kind: str) -> list[str]:
    return [name for name, each in RESOURCES.items() if each["Type"] == kind]


def math(metrics: list[dict[str, Any]]) -> tuple[str, dict[str, str]]:
    """The one expression that counts, and the metric behind each of its names."""
    (returned,) = [each["Expression"] for each in metrics if each["ReturnData"]]
    named = {each["Id"]: each["MetricStat"]["Metric"]["MetricName"] for each in metrics if "MetricStat" in each}
    assert set(named) <= set(re.findall(r"\b[a-z]+\b", returned))
    return returned, named


def test_the_group_grows_with_the_messages_per_instance_those_in_work_too_but_none_that_wait_hidden() -> None:
    tracking = properties("ScaleOnBacklog")["TargetTrackingConfiguration"]
    expression, named = math(tracking["CustomizedMetricSpecification"]["Metrics"])
    assert expression == "(waiting + FILL(working, 0)) / IF(instances > 0, instances, 1)"
    assert named["working"] == "VideosInWork"
    assert "MetricName=VideosInWork" in (ROOT / "infra/drain_on_notice.sh").read_text()
    assert tracking["TargetValue"] == {"Ref": "BacklogPerInstance"}


def test_a_group_at_zero_is_woken_by_the_first_message() -> None:
    expression, named = math(properties("WakeUpAlarm")["Metrics"])
    assert expression == "IF(waiting > 0 AND wanted == 0, 1, 0)"
    assert named["wanted"] in properties("Workers")["MetricsCollection"][0]["Metrics"]
    assert properties("WakeUpAlarm")["AlarmActions"] == [{"Ref": "ScaleFromZero"}]
    assert properties("ScaleFromZero")["StepAdjustments"][0]["ScalingAdjustment"] == 1


def test_work_that_waits_while_none_is_finished_for_an_hour_raises_an_alarm_and_an_empty_queue_none() -> None:
    alarm = properties("StuckAlarm")
    expression, named = math(alarm["Metrics"])
    assert expression == "IF(waiting > 0 AND FILL(finished, 0) == 0, 1, 0)"
    assert named == {"waiting": "ApproximateNumberOfMessagesVisible", "finished": "NumberOfMessagesDeleted"}
    assert alarm["EvaluationPeriods"] * alarm["Metrics"][0]["MetricStat"]["Period"] == 3600
    assert alarm["TreatMissingData"] == "notBreaching"


def test_the_drain_has_longer_than_the_unit_takes_to_stop() -> None:
    (hook,) = properties("Workers")["LifecycleHookSpecificationList"]
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert hook["HeartbeatTimeout"] > 300 + 60  # TimeoutStopSec, see deploy/test_in_container.py
    assert f"--lifecycle-hook-name {hook['LifecycleHookName']}" in (ROOT / "infra/drain_on_notice.sh").read_text()


def test_a_new_release_replaces_the_instances_and_waits_for_each() -> None:
    rolling = RESOURCES["Workers"]["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert rolling["WaitOnResourceSignals"]
    assert rolling["MinInstancesInService"] == 0  # MaxInstances may be 1
    assert rolling["MaxBatchSize"] == {"Ref": "RolloutBatch"}
    assert 50 < rolling["MinSuccessfulInstancesPercent"] < 100, "one bad machine takes no release back"
    assert RESOURCES["Workers"]["CreationPolicy"]["ResourceSignal"]["Count"] == {"Ref": "MinInstances"}
    assert "signal-resource" in (ROOT / "infra/cloudformation/first_boot.sh").read_text()


@pytest.mark.parametrize("name", ALARMS)
def test_every_alarm_does_something_and_has_a_paragraph_in_the_runbook(name: str) -> None:
    alarm = properties(name)
    assert alarm["AlarmActions"]
    assert alarm["TreatMissingData"] == "notBreaching"
    topic = re.search(r"\(runbook, (.+)\)$", alarm["AlarmDescription"])
    assert topic
    assert f"\n#### {topic[1]}\n" in RUNBOOK


def test_the_spend_mail_has_a_paragraph_too() -> None:
    assert of_type("AWS::Budgets::Budget")
    assert "\n#### Spend\n" in RUNBOOK


def test_what_the_language_model_costs_a_day_raises_an_alarm() -> None:
    alarm = properties("SpendAlarm")
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 86400, {"Ref": "DailyModelUsd"})
    assert f"MetricName={alarm['MetricName']}" in (ROOT / "infra/drain_on_notice.sh").read_text()


def test_logs_leave_the_instance_and_go_after_a_while() -> None:
    assert properties("Logs")["RetentionInDays"] == {"Ref": "LogDays"}
    assert "LOG_GROUP='${Logs}'" in json.dumps(properties("WorkerTemplate")).replace("\\'", "'")


def test_an_image_is_pinned() -> None:
    assert TEMPLATE["Parameters"]["ImageId"]["Type"] == "AWS::EC2::Image::Id"
    assert "Default" not in TEMPLATE["Parameters"]["ImageId"]


def test_every_check_of_checkov_that_is_skipped_has_its_reason() -> None:
    """Run by hand: checkov -f infra/cloudformation/lectern.yaml --framework cloudformation --compact --quiet."""
    skips = [
        skip for each in RESOURCES.values() for skip in each.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert skips
    assert all(len(skip["comment"].split()) > 5 for skip in skips)


def test_alarms_can_reach_their_topic() -> None:
    assert "KmsMasterKeyId" not in properties("AlarmTopic")  # AWS's own key refuses CloudWatch


def test_the_dashboard_shows_queue_and_instances() -> None:
    body = json.loads(properties("Dashboard")["DashboardBody"]["Sub"])
    titles = [widget["properties"]["title"] for widget in body["widgets"]]
    assert {"Queue", "Instances"} <= set(titles)


def test_the_database_takes_tokens_instead_of_passwords_that_change() -> None:
    database = properties("Database")
    assert database["EnableIAMDatabaseAuthentication"]
    assert database["MasterUsername"] != "lectern"


def test_the_bucket_refuses_unencrypted_connections_and_everything_public() -> None:
    assert set(properties("Bucket")["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = properties("BucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_your_own_database_must_be_named() -> None:
    (rule,) = TEMPLATE["Rules"].values()
    assert rule["RuleCondition"] == {"Equals": [{"Ref": "CreateDatabase"}, "no"]}
    demanded = {each["Assert"]["Not"][0]["Equals"][0]["Ref"] for each in rule["Assertions"]}
    assert demanded == {"DatabaseHost", "DatabaseSecretName"}
