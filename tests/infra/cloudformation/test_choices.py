"""The template created with other parameters than the usual ones."""

import pytest

from tests.support.infra.policy import ROLE, SECRET, allowed
from tests.support.infra.template import client, created, user_data

pytestmark = pytest.mark.slow

YOURS = {"CreateDatabase": "no", "DatabaseHost": "db.example.org", "DatabaseSecretName": "team/lectern"}


def test_the_group_lists_no_instance_type_twice() -> None:
    with created(InstanceType="g5.xlarge", **YOURS):
        (group,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    types = [each["InstanceType"] for each in group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]]
    assert types == ["g5.xlarge", "g4dn.2xlarge"]


def test_with_your_own_database_none_is_made() -> None:
    with created(**YOURS) as stack:
        assert not client("rds").describe_db_instances()["DBInstances"]
        script = user_data(stack)
        assert not [name for name in stack.resources if name.startswith("Database")]
    assert "DB_HOST='db.example.org' CREATE_DATABASE='no' DATABASE_SECRET='team/lectern'" in script
    assert "DatabaseEndpoint" not in stack.outputs


def test_with_your_own_database_its_secret_may_be_read_and_no_token_is_made() -> None:
    with created(**YOURS) as stack:
        assert allowed(stack, "secretsmanager:GetSecretValue", SECRET + "team/lectern-AbCdEf")
        assert not allowed(stack, "secretsmanager:GetSecretValue", SECRET + "team/other-AbCdEf")
        assert not allowed(stack, "rds-db:connect", ROLE + "lectern")
