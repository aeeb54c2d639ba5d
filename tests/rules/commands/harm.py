"""Which commands of findings do harm: they delete, end a protection, or expose data. Each exception has its reason here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# Operations, by the names of AWS's service models.
ENDS = re.compile(
    r"(Delete|Terminate|Deregister|Remove|Disable|Disassociate|Detach|Reset|Revoke|Purge|Cancel|Stop|Abort|Reject|Unlock|Release|Untag)"
    r"|Schedule\w*Deletion"
)
# Values that end a protection or expose data, wherever they stand in the parameters.
VALUES: dict[str, tuple[Any, ...]] = {
    "DeletionProtection": (False,),
    "DeletionProtectionEnabled": (False,),
    "DeletionProtectionStatus": ("DISABLED",),
    "StorageEncrypted": (False,),
    "Encrypted": (False,),
    "Enabled": (False,),
    "EnableKeyRotation": (False,),
    "PointInTimeRecoveryEnabled": (False,),
    "EnableContinuousBackup": (False,),
    "PubliclyAccessible": (True,),
    "SkipFinalSnapshot": (True,),
    "BackupRetentionPeriod": (0,),
    "BlockPublicAcls": (False,),
    "BlockPublicPolicy": (False,),
    "IgnorePublicAcls": (False,),
    "RestrictPublicBuckets": (False,),
    "MFADelete": ("Disabled",),
    "ACL": ("public-read", "public-read-write", "authenticated-read"),
    "State": ("unblocked", "DISABLED"),
    "ImageBlockPublicAccessState": ("unblocked",),
}
# Status of these is what they turn on.
SWITCHES = {"PutBucketVersioning": "Suspended", "PutBackupPolicy": "DISABLED"}
PREFERENCES = {"ResourceTypeOptInPreference", "ResourceTypeManagementPreference"}

EXCEPTIONS = {
    ("backup-expired-points-deleted", "backup:DeleteRecoveryPoint"): "AWS Backup should have deleted it, and could not; a person names it",
    ("backup-selection-no-dangling-arns", "backup:DeleteBackupSelection"): "only if the selection that takes its place was made",
    ("data-backup-key-usable", "kms:CancelKeyDeletion"): "it keeps the key",
    ("kms-key-usable", "kms:CancelKeyDeletion"): "it keeps the key",
    ("snapshot-sharing-allowed", "redshift:RevokeSnapshotAccess"): "it takes the snapshot away from those who must not have it",
    ("opensearch-automated-snapshots", "opensearch:UpdateDomainConfig"): "it ends a pause of backups",
    ("ebs-volume-encrypted", "ec2:DetachVolume"): "only if the encrypted volume is there, which is attached in its place; the old one stays",
}


def harms(service: str, operation: str, params: dict[str, Any]) -> Iterator[str]:
    """What a call does that no command of a finding may do."""
    if ENDS.match(operation):
        yield f"{service}:{operation} takes something away"
    yield from _values(params, operation)
    if operation.startswith("Modify") and operation.endswith("Attribute") and _adds(params):
        yield f"{service}:{operation} shares it with others"
    if re.match(r"Put\w*Policy$", operation):
        for member in ("Policy", "ResourcePolicy", "PolicyText"):
            if isinstance(params.get(member), str) and _is_public(params[member]):
                yield f"{service}:{operation} lets everyone in"


def _values(value: Any, operation: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            if any(member is bad or (not isinstance(bad, bool) and member == bad) for bad in VALUES.get(key, ())):
                yield f"{operation} sets {key} to {member}"
            if key == "Status" and member == SWITCHES.get(operation, ""):
                yield f"{operation} sets {key} to {member}"
            if key in PREFERENCES and False in member.values():
                yield f"{operation} turns {key} off"
            yield from _values(member, operation)
    elif isinstance(value, list):
        for member in value:
            yield from _values(member, operation)


def _adds(params: dict[str, Any]) -> bool:
    """Whether an attribute's change adds anybody, in one of the forms of EC2 and RDS."""
    lists = [params.get("LaunchPermission"), params.get("CreateVolumePermission")]
    return bool(
        params.get("ValuesToAdd") or str(params.get("OperationType", "")).lower() == "add" or any(change.get("Add") for change in lists if change)
    )


def _is_public(policy: str) -> bool:
    try:
        statements = json.loads(policy).get("Statement", [])
    except (json.JSONDecodeError, AttributeError):
        return False
    statements = statements if isinstance(statements, list) else [statements]
    everyone = ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return any(statement.get("Effect") == "Allow" and statement.get("Principal") in everyone for statement in statements)
