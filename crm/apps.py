from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import (  # noqa: PLC0415
            checks,  # noqa: F401  (registers the checks)
            database_outage,
            forks,
            task_results,
            worker_queue,
            worker_signs,
        )
        from crm.monitoring import sentry, tasks  # noqa: PLC0415

        forks.install()
        worker_queue.install()
        worker_signs.install()
        database_outage.install()
        task_results.install()
        tasks.install()
        sentry.install()
