"""Names in a sentence."""

from collections.abc import Sequence

from django.utils.translation import ngettext


def some(names: Sequence[str], most: int = 5) -> str:
    """All names, or the first ones and how many there are beside: "Ural, Volga and 12 more"."""
    shown = ", ".join(names[:most])
    left = len(names) - most
    if left <= 0:
        return shown
    return ngettext("%(names)s and %(count)d more", "%(names)s and %(count)d more", left) % {
        "names": shown,
        "count": left,
    }
