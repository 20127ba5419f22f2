"""The form of a contact's page: nobody overwrites what they didn't see."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.admin_base import ModelForm
from messenger.models import Contact
from messenger.services.contact_details import FIELDS


class ContactForm(ModelForm[Contact]):
    """Sends along what stood in each field: `initial-name`, see `show_hidden_initial`."""

    def clean(self) -> dict[str, Any]:
        """What was left as it was stays as it is now; what somebody else changed as well has to be looked at."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in set(FIELDS) & cleaned.keys():
            now = str(self.initial.get(name, ""))
            seen = self.data.get(self.add_initial_prefix(name), now)
            if cleaned[name] == seen:
                cleaned[name] = now
            elif now not in {seen, cleaned[name]}:
                self._tell(name, now)
        return cleaned

    def _tell(self, name: str, now: str) -> None:
        sentence = _("Changed meanwhile to “%(value)s”.") % {"value": now} if now else _("Cleared meanwhile.")
        self.add_error(name, sentence)
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
            self.data[self.add_initial_prefix(name)] = now
