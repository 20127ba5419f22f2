"""What the messenger needs of the CRM, and what keeps its log-in safe."""

from crm.models.audit import AuditEntry
from crm.models.branch import Branch
from crm.models.region import Region
from crm.models.second_factor import RecoveryCode, SecondFactor
from crm.models.tries import Tries
from crm.models.user import User

__all__ = ["AuditEntry", "Branch", "RecoveryCode", "Region", "SecondFactor", "Tries", "User"]
