"""Numbers and lengths of time as the figures' page writes them."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

NOTHING = "—"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def number(value: float | None, digits: int = 0) -> str:
    """With the reader's separators; a dash where there is none."""
    if value is None:
        return NOTHING
    return str(number_format(round(value, digits), digits, use_l10n=True, force_grouping=True))


def percent(part: int, whole: int) -> str:
    return share(part / whole if whole else None)


def share(value: float | None) -> str:
    """Of 1, in whole percent; what is there is never none, nor all of what isn't."""
    if value is None:
        return NOTHING
    percent = number(100 * value)
    if 0 < value < 0.005:
        percent = f"<{number(1)}"
    elif 0.995 <= value < 1:
        percent = f">{number(99)}"
    return _("%(n)s%%") % {"n": percent}


def signed(value: float | None) -> str:
    """With a plus or a real minus."""
    if value is None:
        return NOTHING
    return f"{'+' if round(value) > 0 else '−' if round(value) < 0 else ''}{number(abs(value))}"


def span(seconds: float | None) -> str:
    """In the unit that tells most, with a decimal where there are few of it: 45 s, 3.2 min, 18 min, 1.5 h."""
    if seconds is None:
        return NOTHING
    for size, words in (
        (_DAY, pgettext("duration", "%(n)s d")),
        (_HOUR, pgettext("duration", "%(n)s h")),
        (_MINUTE, pgettext("duration", "%(n)s min")),
    ):
        if seconds >= size:
            return words % {"n": _short(seconds / size)}
    return pgettext("duration", "%(n)s s") % {"n": number(seconds)}


def day_label(day: date, *, is_month: bool) -> str:
    """As it stands in a table."""
    return date_format(day, "F Y") if is_month else date_format(day, "D, j M")


def short_label(day: date, *, is_month: bool) -> str:
    """As it stands below a chart."""
    return date_format(day, "M y") if is_month else date_format(day, "j M")


def _short(value: float) -> str:
    is_small = value < 9.95 and abs(value - round(value)) >= 0.05
    return number(value, 1 if is_small else 0)
