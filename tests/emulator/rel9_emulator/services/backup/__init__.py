"""AWS Backup. moto has simple plans and vaults; this package has everything that an auditor reads.

The state has the form of the API: every table holds records with the members of the operation that reads them.
"""

from . import audit, jobs, plans, recovery_points, restore_testing, settings, vaults

__all__ = ["audit", "jobs", "plans", "recovery_points", "restore_testing", "settings", "vaults"]
