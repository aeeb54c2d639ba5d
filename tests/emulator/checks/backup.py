"""AWS Backup: the checks create everything with AWS's write operations, then read it."""

from __future__ import annotations

from typing import Any

from .harness import ACCOUNT, Emulator, days_ago

ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackupDefaultServiceRole"
VOLUME = f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/vol-0123456789abcdef0"
POLICY = '{"Version":"2012-10-17","Statement":[]}'
EVENTS = ["BACKUP_JOB_FAILED"]


def settings(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.update_region_settings(ResourceTypeOptInPreference={"EBS": False}, ResourceTypeManagementPreference={"EFS": False})
    read = backup.describe_region_settings()
    emulator.expect("opt-in", (read["ResourceTypeOptInPreference"]["EBS"], read["ResourceTypeOptInPreference"]["RDS"]), (False, True))
    elsewhere = emulator.client("backup", "eu-west-1").describe_region_settings()
    emulator.expect("opt-in of another Region", elsewhere["ResourceTypeOptInPreference"]["EBS"], True)
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    read = emulator.client("backup", "eu-west-1").describe_global_settings()
    emulator.expect("global settings", read["GlobalSettings"]["isCrossAccountBackupEnabled"], "true")
    emulator.expect("supported types", "Aurora" in backup.get_supported_resource_types()["ResourceTypes"], True)


def vaults(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    arn = backup.create_backup_vault(BackupVaultName="main", BackupVaultTags={"tier": "gold"})["BackupVaultArn"]
    backup.create_logically_air_gapped_backup_vault(BackupVaultName="gapped", MinRetentionDays=7, MaxRetentionDays=30)
    backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=7, MaxRetentionDays=90, ChangeableForDays=3)
    by_name = {vault["BackupVaultName"]: vault for vault in backup.list_backup_vaults()["BackupVaultList"]}
    main, gapped = by_name["main"], by_name["gapped"]
    emulator.expect("lock", (main["Locked"], main["MinRetentionDays"], main["MaxRetentionDays"], "LockDate" in main), (True, 7, 90, True))
    emulator.expect("vault type", (main["VaultType"], gapped["VaultType"]), ("BACKUP_VAULT", "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"))
    emulator.expect("air-gapped vaults are locked", gapped["Locked"], True)
    key = emulator.client("kms").describe_key(KeyId=main["EncryptionKeyArn"])["KeyMetadata"]
    emulator.expect("the vault's key is AWS's", key["KeyManager"], "AWS")
    only = backup.list_backup_vaults(ByVaultType="LOGICALLY_AIR_GAPPED_BACKUP_VAULT")["BackupVaultList"]
    emulator.expect("by type", [vault["BackupVaultName"] for vault in only], ["gapped"])
    emulator.expect_error("no policy", "ResourceNotFoundException", lambda: backup.get_backup_vault_access_policy(BackupVaultName="main"))
    backup.put_backup_vault_access_policy(BackupVaultName="main", Policy=POLICY)
    emulator.expect("policy", backup.get_backup_vault_access_policy(BackupVaultName="main")["Policy"], POLICY)
    backup.delete_backup_vault_access_policy(BackupVaultName="main")
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"
    emulator.expect_error("no topic", "ResourceNotFoundException", lambda: backup.get_backup_vault_notifications(BackupVaultName="main"))
    backup.put_backup_vault_notifications(BackupVaultName="main", SNSTopicArn=topic, BackupVaultEvents=EVENTS)
    emulator.expect("notifications", backup.get_backup_vault_notifications(BackupVaultName="main")["BackupVaultEvents"], EVENTS)
    backup.delete_backup_vault_notifications(BackupVaultName="main")
    emulator.expect("tags of a vault", backup.list_tags(ResourceArn=arn)["Tags"], {"tier": "gold"})
    backup.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    backup.untag_resource(ResourceArn=arn, TagKeyList=["tier"])
    emulator.expect("tags afterwards", backup.list_tags(ResourceArn=arn)["Tags"], {"a": "b"})
    backup.delete_backup_vault_lock_configuration(BackupVaultName="main")
    emulator.seed("backup", "vault", {"BackupVaultName": "main", "Locked": True, "LockDate": days_ago(5)})
    emulator.expect("lock date in the past", "LockDate" in backup.describe_backup_vault(BackupVaultName="main"), True)
    frozen = "InvalidRequestException"
    emulator.expect_error("immutable", frozen, lambda: backup.delete_backup_vault_lock_configuration(BackupVaultName="main"))
    backup.delete_backup_vault(BackupVaultName="gapped")


def plans(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "main", "Lifecycle": {"DeleteAfterDays": 35}}
    rule["CopyActions"] = [{"DestinationBackupVaultArn": f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:main"}]
    made = backup.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": [rule]}, BackupPlanTags={"a": "b"})
    plan = made["BackupPlanId"]
    read = backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["Rules"][0]
    emulator.expect("defaults of a rule", (read["ScheduleExpression"], read["StartWindowMinutes"]), ("cron(0 5 ? * * *)", 480))
    emulator.expect("copy action", read["CopyActions"], rule["CopyActions"])
    emulator.expect("tags of a plan", backup.list_tags(ResourceArn=made["BackupPlanArn"])["Tags"], {"a": "b"})
    backup.update_backup_plan(BackupPlanId=plan, BackupPlan={"BackupPlanName": "p2", "Rules": [rule]})
    emulator.seed("backup", "plan", {"BackupPlanId": plan, "LastExecutionDate": days_ago(1)})
    listed = backup.list_backup_plans()["BackupPlansList"][0]
    emulator.expect("plan", (listed["BackupPlanName"], "LastExecutionDate" in listed), ("p2", True))
    selection = {
        "SelectionName": "s",
        "IamRoleArn": ROLE,
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "k", "ConditionValue": "v"}],
        "NotResources": [VOLUME],
        "Conditions": {"StringLike": [{"ConditionKey": "aws:ResourceTag/env", "ConditionValue": "prod*"}]},
    }
    chosen = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)["SelectionId"]
    emulator.expect("selections", [s["SelectionName"] for s in backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]], ["s"])
    read = backup.get_backup_selection(BackupPlanId=plan, SelectionId=chosen)["BackupSelection"]
    emulator.expect("selection", (read["ListOfTags"], read["NotResources"], read["Resources"]), (selection["ListOfTags"], [VOLUME], []))
    emulator.expect("conditions", read["Conditions"]["StringLike"], selection["Conditions"]["StringLike"])
    emulator.expect_error("plan in use", "InvalidRequestException", lambda: backup.delete_backup_plan(BackupPlanId=plan))
    backup.delete_backup_selection(BackupPlanId=plan, SelectionId=chosen)
    backup.delete_backup_plan(BackupPlanId=plan)
    emulator.expect("deleted", backup.list_backup_plans()["BackupPlansList"], [])
    emulator.expect("deleted, asked for", len(backup.list_backup_plans(IncludeDeleted=True)["BackupPlansList"]), 1)


def points_and_jobs(emulator: Emulator) -> None:
    backup, other = emulator.client("backup"), emulator.client("backup", "eu-west-1")
    copy_vault = other.create_backup_vault(BackupVaultName="copies")["BackupVaultArn"]
    job = backup.start_backup_job(BackupVaultName="main", ResourceArn=VOLUME, IamRoleArn=ROLE)
    point = job["RecoveryPointArn"]
    copied = backup.start_copy_job(
        RecoveryPointArn=point, SourceBackupVaultName="main", DestinationBackupVaultArn=copy_vault, IamRoleArn=ROLE
    )  # fmt: skip
    restored = backup.start_restore_job(RecoveryPointArn=point, Metadata={}, IamRoleArn=ROLE)
    points = backup.list_recovery_points_by_backup_vault(BackupVaultName="main")["RecoveryPoints"]
    emulator.expect("point", [(p["ResourceType"], p["Status"], "LastRestoreTime" in p) for p in points], [("EBS", "COMPLETED", True)])
    far = other.list_recovery_points_by_backup_vault(BackupVaultName="copies")["RecoveryPoints"][0]
    emulator.expect("copy", (far["ResourceArn"], far["SourceBackupVaultArn"]), (VOLUME, points[0]["BackupVaultArn"]))
    emulator.expect("count", backup.describe_backup_vault(BackupVaultName="main")["NumberOfRecoveryPoints"], 1)
    emulator.expect("point by ARN", backup.describe_recovery_point(BackupVaultName="main", RecoveryPointArn=point)["ResourceArn"], VOLUME)
    emulator.expect("points by resource", len(backup.list_recovery_points_by_resource(ResourceArn=VOLUME)["RecoveryPoints"]), 1)
    emulator.expect("backup job", backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"], "COMPLETED")
    emulator.expect("copy job", backup.describe_copy_job(CopyJobId=copied["CopyJobId"])["CopyJob"]["State"], "COMPLETED")
    emulator.expect("restore job", backup.describe_restore_job(RestoreJobId=restored["RestoreJobId"])["Status"], "COMPLETED")
    seed_history(emulator)
    states = sorted(j["State"] for j in backup.list_backup_jobs(ByCreatedAfter=days_ago(20))["BackupJobs"])
    emulator.expect("backup jobs of 20 days", states, ["COMPLETED", "FAILED"])
    emulator.expect("backup jobs end after 30 days", len(backup.list_backup_jobs()["BackupJobs"]), 2)
    emulator.expect("copy jobs", len(backup.list_copy_jobs(ByState="COMPLETED", ByDestinationVaultArn=copy_vault)["CopyJobs"]), 1)
    job = backup.list_restore_jobs(ByStatus="FAILED")["RestoreJobs"][0]
    emulator.expect("restore job", (job["ValidationStatus"], job["SourceResourceArn"]), ("FAILED", VOLUME))
    arns = {r["ResourceArn"] for r in backup.list_protected_resources()["Results"]}
    emulator.expect("protected resources, an orphan too", arns, {VOLUME, VOLUME[:-1] + "1"})
    wrong = emulator.post("seed", {"service": "backup", "kind": "recovery_point", "values": {"Status": "DONE"}})
    emulator.expect("a wrong enum is refused", "DONE" in wrong["error"], True)
    backup.delete_recovery_point(BackupVaultName="main", RecoveryPointArn=point)


def seed_history(emulator: Emulator) -> None:
    old = emulator.seed("backup", "recovery_point", {"BackupVaultName": "main", "ResourceArn": VOLUME, "CreationDate": days_ago(40)})
    job = {"BackupVaultName": "main", "ResourceArn": VOLUME}
    emulator.seed("backup", "backup_job", {**job, "CreationDate": days_ago(40)})
    emulator.seed("backup", "backup_job", {**job, "CreationDate": days_ago(2), "State": "FAILED", "StatusMessage": "no"})
    vault = f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:"
    both = {"SourceBackupVaultArn": vault + "main", "DestinationBackupVaultArn": vault + "elsewhere"}
    emulator.seed("backup", "copy_job", {"ResourceArn": VOLUME, "CreationDate": days_ago(2), **both})
    failed = {"Status": "FAILED", "ValidationStatus": "FAILED", "CreationDate": days_ago(3)}
    emulator.seed("backup", "restore_job", {"RecoveryPointArn": old["RecoveryPointArn"], **failed})
    emulator.seed("backup", "protected_resource", {"ResourceArn": VOLUME[:-1] + "1", "LastBackupTime": days_ago(90)})


def restore_testing(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    choice: dict[str, Any] = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan = {"RestoreTestingPlanName": "weekly", "ScheduleExpression": "cron(0 1 ? * 1 *)", "RecoveryPointSelection": choice}
    backup.create_restore_testing_plan(RestoreTestingPlan=plan)
    backup.update_restore_testing_plan(RestoreTestingPlanName="weekly", RestoreTestingPlan={"StartWindowHours": 4})
    emulator.seed("backup", "restore_testing_plan", {"RestoreTestingPlanName": "weekly", "LastExecutionTime": days_ago(3)})
    read = backup.get_restore_testing_plan(RestoreTestingPlanName="weekly")["RestoreTestingPlan"]
    emulator.expect("window", (read["RecoveryPointSelection"]["SelectionWindowDays"], read["StartWindowHours"]), (30, 4))
    emulator.expect("last test", "LastExecutionTime" in backup.list_restore_testing_plans()["RestoreTestingPlans"][0], True)
    selection = {"RestoreTestingSelectionName": "ebs", "ProtectedResourceType": "EBS", "IamRoleArn": ROLE, "ProtectedResourceArns": ["*"]}
    backup.create_restore_testing_selection(RestoreTestingPlanName="weekly", RestoreTestingSelection=selection)
    names = [s["RestoreTestingSelectionName"] for s in backup.list_restore_testing_selections(RestoreTestingPlanName="weekly")["RestoreTestingSelections"]]
    emulator.expect("testing selections", names, ["ebs"])
    who = {"RestoreTestingPlanName": "weekly", "RestoreTestingSelectionName": "ebs"}
    emulator.expect("testing selection", backup.get_restore_testing_selection(**who)["RestoreTestingSelection"]["ProtectedResourceArns"], ["*"])
    backup.delete_restore_testing_selection(**who)
    backup.delete_restore_testing_plan(RestoreTestingPlanName="weekly")


def audit_manager(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_framework(FrameworkName="f", FrameworkControls=[{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}])
    emulator.expect("frameworks", [f["NumberOfControls"] for f in backup.list_frameworks()["Frameworks"]], [1])
    emulator.seed("backup", "framework", {"FrameworkName": "f", "FrameworkStatus": "PARTIALLY_ACTIVE"})
    emulator.expect("framework", backup.describe_framework(FrameworkName="f")["FrameworkStatus"], "PARTIALLY_ACTIVE")
    backup.delete_framework(FrameworkName="f")
    channel, setting = {"S3BucketName": "b"}, {"ReportTemplate": "BACKUP_JOB_REPORT"}
    plan = backup.create_report_plan(ReportPlanName="r", ReportDeliveryChannel=channel, ReportSetting=setting)["ReportPlanArn"]
    backup.start_report_job(ReportPlanName="r")
    emulator.seed("backup", "report_job", {"ReportPlanArn": plan, "CreationTime": days_ago(9), "Status": "FAILED"})
    emulator.seed("backup", "report_plan", {"ReportPlanName": "r", "DeploymentStatus": "COMPLETED"})
    emulator.expect("report jobs", [j["Status"] for j in backup.list_report_jobs(ByReportPlanName="r")["ReportJobs"]], ["COMPLETED", "FAILED"])
    emulator.expect("report plan", "LastSuccessfulExecutionTime" in backup.list_report_plans()["ReportPlans"][0], True)
    emulator.expect("report plan by name", backup.describe_report_plan(ReportPlanName="r")["ReportPlan"]["ReportPlanArn"], plan)
    backup.delete_report_plan(ReportPlanName="r")


CHECKS = (settings, vaults, plans, points_and_jobs, restore_testing, audit_manager)
