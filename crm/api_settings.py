"""Django REST framework and the description of the API (`crm.settings` takes them)."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["messenger.api.renderers.OrjsonRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "messenger.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Messenger",
    "DESCRIPTION": "Live chat inside the CRM: the widget's API, the operator's API, and REST for integrations.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ConversationStatusEnum": ["open", "pending", "resolved", "closed"],
        "OperatorStatusEnum": ["online", "away", "busy", "offline"],
        "OkEnum": ["ok"],
        "AskedEnum": ["required", "optional"],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {
            "name": "widget",
            "description": "Visitors' widgets: public, by tokens, for any origin of the inbox.",
        },
        {"name": "operator", "description": "Operators: the admin's session, from the admin's own pages."},
        {
            "name": "integrations",
            "description": "Programs: by tokens that administrators make (docs/rest.md).",
        },
    ],
}
