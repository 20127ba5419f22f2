"""The streams alone: `uvicorn messenger.stream.asgi:application --no-proxy-headers`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from crm.checks import refuse_bad_settings  # noqa: E402  (needs the settings)
from messenger.stream.app import StreamApplication  # noqa: E402  (needs the models)

refuse_bad_settings()
application = StreamApplication()
