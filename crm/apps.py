from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = _("CRM")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import checks, forks, task_results, worker_queue  # noqa: F401, PLC0415  (registers the checks)
        from crm.monitoring import sentry, tasks  # noqa: PLC0415

        forks.install()
        worker_queue.install()
        task_results.install()
        tasks.install()
        sentry.install()
