"""Fills the system's own database: `python -m tests.survival.people` migrates and says who is there, as JSON."""

import json
import sys

import django

PASSWORD = "a long password"


def main() -> None:
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    from django_q.tasks import async_task  # noqa: PLC0415

    # A worker that has done nothing yet is told from none by its work alone.
    facts = _settle() | {"task": async_task("messenger.tasks.escalate")}
    sys.stdout.write(json.dumps(facts))


def _settle() -> dict[str, str]:
    """Anna answers in Yekaterinburg, whose shop has an inbox."""
    from crm.models import Branch, User  # noqa: PLC0415
    from messenger.models import AgentProfile, Inbox  # noqa: PLC0415

    branch = Branch.objects.create(name="Yekaterinburg")
    anna = User.objects.create_user("anna", "anna@example.com", PASSWORD, branch=branch, first_name="Anna")
    AgentProfile.objects.create(user=anna, status=AgentProfile.Status.ONLINE, capacity=1000)
    inbox = Inbox.objects.create(name="Shop", branch=branch)
    return {"widget_token": inbox.widget_token, "username": anna.username, "password": PASSWORD}


if __name__ == "__main__":
    main()
