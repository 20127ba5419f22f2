"""What the workers are given to do beside the timetable; they find it by its name."""

from crm.models import Region


def leave_mark(name: str) -> None:
    """Done once more it changes nothing, as all of ours."""
    Region.objects.get_or_create(name=name)
