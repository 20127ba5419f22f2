from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MessengerConfig(AppConfig):
    name = "messenger"
    verbose_name = _("Messenger")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from messenger import checks, schedules  # noqa: F401, PLC0415  (registers the checks)
        from messenger.services import sessions  # noqa: PLC0415

        post_migrate.connect(schedules.bring_in_line, sender=self)
        sessions.watch()
        schedules.install()
