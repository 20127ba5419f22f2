"""What the messenger needs of the CRM."""

from crm.models.branch import Branch
from crm.models.region import Region
from crm.models.user import User

__all__ = ["Branch", "Region", "User"]
