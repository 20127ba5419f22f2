"""What is declared of addresses, beyond the rules that hold for all (test_every_address.py). Each with its reason."""

# Open to everybody. Whatever is not here lets no stranger in.
PUBLIC = {
    "home": "leads to the admin, which asks",
    "admin/login/": "the door itself",
    "admin:login": "the door itself",
    "log-in-code": "asks for the password before",
    "log-in-set-up": "asks for the password before",
    "log-in-password": "asks for the password before",
    "admin/logout/": "nobody is logged in: nothing ends",
    "admin:logout": "nobody is logged in: nothing ends",
    "invitation": "by a signed link",
    "set_language": "a cookie of the reader's",
    "schema": "describes the public API",
    "api-docs": "the same, to read",
    "widget-demo": "by the widget's token, which every visitor has",
    "visitor-back": "by a signed link",
    "visitor-back-again": "by the widget's token, as the demo page",
    "visitor-no-more-mail": "by a signed link",
    "live": "for the load balancer",
    "ready": "for the load balancer",
    "conversations": "leads to the admin, which asks",
    "conversation": "leads to the admin, which asks",
    "messenger-settings": "leads to the admin, which asks",
    "messenger-inbox": "leads to the admin, which asks",
    "messenger-routing": "leads to the admin, which asks",
    **dict.fromkeys(
        (
            "widget-bootstrap",
            "widget-send",
            "widget-poll",
            "widget-stream",
            "widget-typing",
            "widget-mark-read",
            "widget-contact",
            "widget-attachment",
            "widget-rate",
        ),
        "visitors', by tokens of their own (tests/api/)",
    ),
}
# Of everybody who is logged in, whatever their permissions: it shows and changes only what is theirs.
OWN = {
    "security",
    "security-end-sessions",
    "security-turn-on",
    "security-set-up",
    "security-turn-off",
    "security-new-codes",
    "admin/password_change/",
    "admin:password_change",
    "admin:password_change_done",
    "admin:index",
    "admin/logout/",
    "admin:logout",
    "admin:search",
    "admin:jsi18n",
}
# Things of all branches: an operator of any may look at them.
SHARED = {
    "admin:messenger_label_change",
    "admin:messenger_label_history",
    "admin:messenger_cannedresponse_change",
    "admin:messenger_cannedresponse_history",
}
# Answers to a POST that only read: nothing is changed by them, and they ask for the permission to look.
READING_POSTS = {
    "admin:messenger_cannedresponse_preview",
    "admin:messenger_inbox_preview",
}
