"""Settings of a worker that looks at the timetable as soon as it stands: it would be after half a minute."""

from crm.settings import *  # noqa: F403
from crm.settings import Q_CLUSTER

Q_CLUSTER["guard_cycle"] = 30
