"""Django as WSGI: `granian --interface wsgi crm.wsgi:application`."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from crm.content_type import plain_content_type

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = plain_content_type(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)


from crm.checks import refuse_bad_settings  # noqa: E402  (needs the settings)

refuse_bad_settings()
