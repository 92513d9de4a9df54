"""What the two roles may do, as tables; and that the workers' table holds all that the code asks for."""

import re
from collections.abc import Iterator

import pytest

from tests.support.infra.machine import ROOT
from tests.support.infra.policy import PARAMETER, ROLE, SECRET, allowed, listed, statements
from tests.support.infra.template import ACCOUNT, MASTER_SECRET, REGION, Stack, client, created

CONSUMER = ROOT / "services/consumer/src/consumer"
SAME_PERMISSION = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
SQS, ASSET = f"arn:aws:sqs:{REGION}:{ACCOUNT}:", "arn:aws:s3:::{bucket}/videos/a/1/audio.mp3"
GROUP = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:id:autoScalingGroupName/"
ALLOWED = [
    ("sqs:ReceiveMessage", SQS + "{queue}"),
    ("sqs:DeleteMessage", SQS + "{queue}"),
    ("sqs:ChangeMessageVisibility", SQS + "{queue}"),
    ("sqs:SendMessage", SQS + "{queue}"),
    ("sqs:GetQueueAttributes", SQS + "{queue}"),
    ("sqs:ReceiveMessage", SQS + "{dead}"),
    ("sqs:DeleteMessage", SQS + "{dead}"),
    ("sqs:ChangeMessageVisibility", SQS + "{dead}"),
    ("sqs:SendMessage", SQS + "{dead}"),
    ("s3:PutObject", ASSET),
    ("s3:GetObject", ASSET),
    ("s3:GetObject", "arn:aws:s3:::{bucket}/recordings/a.mp4"),
    ("s3:ListBucket", "arn:aws:s3:::{bucket}"),
    ("rds-db:connect", ROLE + "lectern"),
    ("ssm:GetParameter", PARAMETER + "/lectern/anthropic-api-key"),
    ("sqs:GetQueueAttributes", SQS + "{dead}"),
    ("ssm:GetParametersByPath", PARAMETER + "/lectern/settings"),
    ("logs:PutLogEvents", "{logs}"),
    ("autoscaling:CompleteLifecycleAction", GROUP + "lectern"),
    ("autoscaling:SetInstanceProtection", GROUP + "lectern"),
    ("cloudformation:SignalResource", "{stack}"),
    ("ssmmessages:OpenDataChannel", "*"),
]
DENIED = [
    ("sqs:DeleteQueue", SQS + "{queue}"),
    ("sqs:PurgeQueue", SQS + "{queue}"),
    ("sqs:ReceiveMessage", SQS + "another"),
    ("s3:PutObject", "arn:aws:s3:::{bucket}/elsewhere"),
    ("s3:PutObject", "arn:aws:s3:::another/videos/x"),
    ("s3:DeleteObject", ASSET),
    ("rds-db:connect", ROLE + "lectern_master"),
    ("ssm:GetParameter", PARAMETER + "/other"),
    ("ssm:GetParametersByPath", PARAMETER + "/other"),
    ("cloudwatch:PutMetricData", "*"),  # in any other namespace
    ("logs:CreateLogGroup", "*"),
    ("autoscaling:SetDesiredCapacity", GROUP + "lectern"),
    ("ssm:GetParameters", PARAMETER + "/lectern/anthropic-api-key"),
    ("secretsmanager:GetSecretValue", MASTER_SECRET),
    ("secretsmanager:GetSecretValue", SECRET + "other-AbCdEf"),
    ("autoscaling:CompleteLifecycleAction", GROUP + "another"),
    ("autoscaling:RecordLifecycleActionHeartbeat", GROUP + "lectern"),
    ("cloudformation:SignalResource", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/another/id"),
    ("iam:PassRole", "*"),
    ("ec2:TerminateInstances", "*"),
]
BOOTSTRAP_ALLOWED = [("secretsmanager:GetSecretValue", MASTER_SECRET), ("cloudformation:SignalResource", "{stack}")]
BOOTSTRAP_DENIED = [
    *(each for each in [*ALLOWED, *DENIED] if each not in BOOTSTRAP_ALLOWED),
    ("secretsmanager:PutSecretValue", MASTER_SECRET),
    ("secretsmanager:DescribeSecret", MASTER_SECRET),
    ("cloudformation:UpdateStack", "{stack}"),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with created(CreateDatabase="yes") as made:
        yield made


@pytest.mark.parametrize(("action", "resource"), ALLOWED)
def test_a_worker_may_do_its_work(stack: Stack, action: str, resource: str) -> None:
    assert allowed(stack, action, resource)


@pytest.mark.parametrize(("action", "resource"), DENIED)
def test_a_worker_may_do_nothing_else(stack: Stack, action: str, resource: str) -> None:
    assert not allowed(stack, action, resource)


def test_no_secret_at_all_is_for_a_worker_whose_database_takes_tokens(stack: Stack) -> None:
    asked = [action for statement in statements(stack) for action in listed(statement["Action"])]
    assert not [action for action in asked if action.startswith(("secretsmanager:", "kms:"))]


@pytest.mark.parametrize(("action", "resource"), BOOTSTRAP_ALLOWED)
def test_the_bootstrap_may_read_the_masters_password_and_tell_the_stack(
    stack: Stack, action: str, resource: str
) -> None:
    assert allowed(stack, action, resource, role="DatabaseBootstrapRole")


@pytest.mark.parametrize(("action", "resource"), BOOTSTRAP_DENIED)
def test_the_bootstrap_may_do_nothing_else(stack: Stack, action: str, resource: str) -> None:
    assert not allowed(stack, action, resource, role="DatabaseBootstrapRole")


def test_a_worker_sees_only_its_own_part_of_the_bucket(stack: Stack) -> None:
    assert not allowed(stack, "s3:ListBucket", "arn:aws:s3:::{bucket}", {"s3:prefix": "elsewhere/"})
    assert not allowed(stack, "s3:ListBucket", "arn:aws:s3:::{bucket}", {})


@pytest.mark.parametrize(
    ("role", "policy"), [("WorkerRole", "lectern"), ("DatabaseBootstrapRole", "lectern-bootstrap")]
)
def test_no_policy_hangs_on_a_role_but_the_one_in_the_template(stack: Stack, role: str, policy: str) -> None:
    name = stack.resources[role]
    assert client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
    assert client("iam").list_role_policies(RoleName=name)["PolicyNames"] == [policy]


@pytest.mark.parametrize(("file", "service"), [("clients/sqs.py", "sqs"), ("clients/s3.py", "s3")])
def test_whatever_the_code_calls_is_in_the_table(file: str, service: str) -> None:
    called = re.findall(r"self\._(?:client|poll)\.(?:get_paginator\(\")?(\w+)", (CONSUMER / file).read_text())
    assert called
    asked = {f"{service}:{''.join(word.capitalize() for word in name.split('_'))}" for name in called}
    wanted = {SAME_PERMISSION.get(action, action) for action in asked}
    assert wanted <= {action for action, _ in ALLOWED}


def test_a_worker_writes_metrics_of_its_own_namespace_only(stack: Stack) -> None:
    assert allowed(stack, "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Lectern"})
    assert not allowed(stack, "cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "AWS/SQS"})


def test_no_action_is_a_pattern_and_only_what_has_no_resource_has_none(stack: Stack) -> None:
    found = statements(stack)
    assert not [action for statement in found for action in listed(statement["Action"]) if "*" in action]
    assert [statement["Sid"] for statement in found if statement["Resource"] == "*"] == [
        "SayWhatItWorksOn",
        "LetPeopleIn",
    ]
