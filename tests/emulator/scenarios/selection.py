"""The resources that a backup plan reaches. Each case has its own Region, so that no plan reaches another case's resources."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from common import Account, arn, main


def tag_union(account: Account) -> None:
    """Any one entry of ListOfTags or of Resources is enough."""
    region = "us-east-1"
    account.volume("union-first-tag", region, backup="daily")
    account.volume("union-second-tag", region, tier="gold")
    listed = account.volume("union-listed", region)
    account.volume("union-neither", region, backup="Daily", tier="silver")
    account.select(account.plan("union", region), region, by_tag={"backup": "daily", "tier": "gold"}, Resources=[listed])


def conditions(account: Account) -> None:
    """All conditions must hold; StringNotEquals holds without the tag, StringEquals and StringLike do not."""
    region = "us-east-2"
    account.volume("conditions-all", region, backup="daily", owner="team-a", env="prod")
    account.volume("conditions-no-env", region, backup="daily", owner="team-b")
    account.volume("conditions-dev", region, backup="daily", owner="team-a", env="dev")
    account.volume("conditions-other-owner", region, backup="daily", owner="Team-a", env="prod")
    account.volume("conditions-no-owner", region, backup="daily", env="prod")
    account.volume("conditions-one", region, owner="team-a")
    key = "aws:ResourceTag/"
    narrow = {
        "StringEquals": [{"ConditionKey": key + "backup", "ConditionValue": "daily"}],
        "StringNotEquals": [{"ConditionKey": key + "env", "ConditionValue": "dev"}],
        "StringLike": [{"ConditionKey": key + "owner", "ConditionValue": "team-*"}],
    }
    account.select(account.plan("conditions", region), region, Resources=["*"], Conditions=narrow)


def exclusion(account: Account) -> None:
    """NotResources takes precedence, whatever else matches."""
    region = "us-west-1"
    account.volume("exclusion-kept", region, backup="daily")
    excluded = account.volume("exclusion-excluded", region, backup="daily")
    pattern = arn("ec2", "volume/*", region)
    account.select(account.plan("exclusion", region), region, by_tag={"backup": "daily"}, Resources=[excluded, pattern], NotResources=[excluded])


def wildcard(account: Account) -> None:
    """`*` matches any characters, including colons and slashes, at its place in the pattern."""
    region = "us-west-2"
    account.volume("wildcard-volume", region)
    account.table("wildcard-table", region)
    account.database("wildcard-prod-1", region)
    account.database("other-wildcard-prod-1", region)
    resources = ["arn:aws:ec2:*:*:volume/*", "arn:aws:rds:*:db:wildcard-prod-*"]
    account.select(account.plan("wildcard", region), region, Resources=resources)


def everything(account: Account) -> None:
    """`*` reaches every type that is opted in. AWS refuses a selection without resources: if one is read, its resources are unknown."""
    account.volume("everything-volume", "eu-west-1")
    account.table("everything-table", "eu-west-1")
    account.client("backup", "eu-west-1").update_region_settings(ResourceTypeOptInPreference={"DynamoDB": False})
    account.select(account.plan("star", "eu-west-1"), "eu-west-1", Resources=["*"])
    account.volume("nothing-named-volume", "eu-west-2")
    account.select(account.plan("empty", "eu-west-2"), "eu-west-2")


def opt_in_off_by_tag(account: Account) -> None:
    """An opt-in that is off blocks resources that are selected by tag."""
    region = "eu-central-1"
    account.client("backup", region).update_region_settings(ResourceTypeOptInPreference={"EBS": False})
    account.volume("blocked-by-tag", region, backup="daily")
    account.table("opted-in-by-tag", region, backup="daily")
    account.volume("blocked-by-service", region, backup="service")
    plan = account.plan("by-tag", region)
    account.select(plan, region, by_tag={"backup": "daily"})
    key = "aws:ResourceTag/backup"
    service_wide = {"StringEquals": [{"ConditionKey": key, "ConditionValue": "service"}]}
    account.select(account.plan("by-service", region), region, Resources=["arn:aws:ec2:*"], Conditions=service_wide)


def opt_in_off_by_arn(account: Account) -> None:
    """An ARN or pattern that names the type overrides the opt-in."""
    region = "eu-north-1"
    off = {"EBS": False, "RDS": False}
    account.client("backup", region).update_region_settings(ResourceTypeOptInPreference=off)
    listed = account.volume("off-but-listed", region)
    account.database("off-but-pattern", region)
    account.select(account.plan("by-arn", region), region, Resources=[listed, arn("rds", "db:*", region)])


def aurora_opt_in_off_by_arn(account: Account) -> None:
    """Aurora, Neptune and DocumentDB share one form of ARN: their opt-in always applies."""
    region = "ap-south-1"
    off = {"Aurora": False, "Neptune": False, "DocumentDB": True}
    account.client("backup", region).update_region_settings(ResourceTypeOptInPreference=off)
    listed = [account.cluster(f"off-{engine}", engine, region) for engine in ("aurora-mysql", "neptune", "docdb")]
    account.select(account.plan("aurora", region), region, Resources=listed)


def volume_through_instance(account: Account) -> dict[str, str]:
    """The backups of an instance contain its volumes."""
    region = "ap-northeast-1"
    backed_up, volume = account.instance(region)
    selected, empty = account.instance(region)
    account.vault("main", region)
    account.select(account.plan("instances", region), region, Resources=[backed_up, selected])
    # After the volume was attached.
    now = datetime.now(timezone.utc).isoformat()
    account.point(backed_up, region, CreationDate=now, RecoveryPointArn=f"arn:aws:ec2:{region}::image/ami-0123456789abcdef0")
    return {"backed_up": volume, "selected": empty}


CASES = (
    tag_union, conditions, exclusion, wildcard, everything, opt_in_off_by_tag, opt_in_off_by_arn, aurora_opt_in_off_by_arn,
)  # fmt: skip


def scenario(account: Account) -> dict[str, Any]:
    account.enable(
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1"
    )  # fmt: skip
    for case in CASES:
        case(account)
    return volume_through_instance(account)


if __name__ == "__main__":
    main(scenario)
