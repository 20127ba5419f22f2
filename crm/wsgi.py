"""Django as WSGI: `granian --interface wsgi crm.wsgi:application`."""

import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import reset_queries

from crm.content_type import plain_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
_django = get_wsgi_application()

# At both ends of each request Django asks after what isn't there: a list of its statements, which only DEBUG keeps,
# connections of the cache, which stay open, and addresses of the request's own. Of a quiet poll it took a tenth.
if not settings.DEBUG:
    request_started.disconnect(reset_queries)
request_finished.disconnect(close_caches)
request_finished.disconnect(reset_urlconf)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = plain_content_type(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)


from crm.checks import refuse_bad_settings  # noqa: E402  (needs the settings)

refuse_bad_settings()
