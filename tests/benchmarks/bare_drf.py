"""An empty function view of Django REST framework, with nothing else of Django: the product's settings aren't read."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import re_path

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)

# The framework reads the settings while it is imported.
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402


@api_view(["GET"])
def empty(_request: Request) -> Response:
    return Response({"status": "ok"})


urlpatterns = [re_path("", empty)]
application = get_wsgi_application()
