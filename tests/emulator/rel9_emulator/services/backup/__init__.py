"""AWS Backup. moto knows plans and vaults in outline; here is the service as an auditor meets it.

The state is kept as the API shows it: every table holds records with the members of the operation that reads them.
"""

from . import audit, jobs, plans, recovery_points, restore_testing, settings, vaults

__all__ = ["audit", "jobs", "plans", "recovery_points", "restore_testing", "settings", "vaults"]
