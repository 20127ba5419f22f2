"""What became of transfers, in a sentence for whoever asked for them."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from messenger.admin.parts import sentence_of
from messenger.exceptions import MessengerError
from messenger.services.transfer import Transferred


@dataclass(slots=True)
class Outcome:
    """Of several conversations, each of which was transferred or not on its own."""

    done: list[Transferred] = field(default_factory=list)
    errors: list[MessengerError] = field(default_factory=list)

    @property
    def why(self) -> str:
        """Each reason once."""
        return " ".join(dict.fromkeys(sentence_of(error) for error in self.errors))

    @property
    def sentence(self) -> str:
        if self.errors:
            numbers = {"done": len(self.done), "failed": len(self.errors), "why": self.why}
            return _("%(done)d transferred, %(failed)d not: %(why)s") % numbers
        if len(self.done) == 1:
            return told(self.done[0])
        waiting = [one for one in self.done if one.operator is None]
        if not waiting:
            return _("%(done)d transferred.") % {"done": len(self.done)}
        names = {
            "done": len(self.done),
            "waiting": len(waiting),
            "branch": waiting[0].conversation.branch.name,
        }
        return (
            _("%(done)d transferred. Nobody is free in %(branch)s for %(waiting)d: they wait there.") % names
        )


def told(transferred: Transferred) -> str:
    branch, operator = transferred.conversation.branch.name, transferred.operator
    if operator is None:
        return _("Nobody is free in %(branch)s now: it waits there.") % {"branch": branch}
    return _("Transferred to %(name)s, %(branch)s.") % {"name": operator.display_name, "branch": branch}
