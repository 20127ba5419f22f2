"""Django as WSGI: `granian --interface wsgi crm.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()

from crm.checks import refuse_bad_settings  # noqa: E402  (needs the settings)

refuse_bad_settings()
