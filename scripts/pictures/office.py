"""Where administrators set things up: inboxes, routing, labels, people, audit, tables in and out."""

import re
from typing import Any

from playwright.sync_api import Browser, Page

from scripts.pictures.stage import SCHEMES, SIZES, open_page, save, session_of

LISTS = {
    "home": "/admin/",
    "figures": "/admin/messenger/figures/",
    "contacts": "/admin/messenger/contact/",
    "inboxes": "/admin/messenger/inbox/",
    "routing": "/admin/messenger/routingrule/",
    "labels": "/admin/messenger/label/",
    "canned": "/admin/messenger/cannedresponse/",
    "users": "/admin/crm/user/",
    "branches": "/admin/crm/branch/",
    "audit": "/admin/crm/auditentry/",
    "webhook-log": "/admin/messenger/webhookdelivery/",
    "mail-log": "/admin/messenger/visitormail/",
    "tokens": "/admin/messenger/integrationtoken/",
    "tasks": "/admin/django_q/schedule/",
    "diagnosis": "/settings/messenger/health/",
    "security": "/admin/security/",
    "export": "/admin/messenger/contact/export/",
}
FORMS = {
    "routing-rule": "/admin/messenger/routingrule/",
    "label": "/admin/messenger/label/",
    "canned-response": "/admin/messenger/cannedresponse/",
    "user": "/admin/crm/user/",
    "audit-entry": "/admin/crm/auditentry/",
}
# What is looked at on the way.
ON_A_PHONE = {
    "home",
    "figures",
    "contacts",
    "labels",
    "users",
    "audit",
    "tasks",
    "diagnosis",
    "user",
    "hours",
    "widget",
}
LABELS = "name,color\nсрочно,#dc2626\nоптовый клиент,#0f766e\n"
WRONG_LABELS = "name,color\nсрочно,красный\n,#0f766e\n"


def show_office(browser: Browser, facts: dict[str, Any]) -> None:
    storage = session_of(browser, facts, facts["admin"])
    for size in SIZES:
        for scheme in SCHEMES if size == "desktop" else SCHEMES[:1]:
            page, look = open_page(browser, size, scheme, storage), f"{size}-{scheme}"
            shown = ON_A_PHONE if size == "phone" else None
            _show_lists(page, facts["base_url"], look, shown)
            _show_forms(page, facts["base_url"], look, shown)
            _show_inbox(page, facts["base_url"], look, shown)
            _show_import(page, facts["base_url"], look)
            page.context.close()


def _show_lists(page: Page, base_url: str, look: str, only: set[str] | None) -> None:
    for name, path in LISTS.items():
        if only is None or name in only:
            page.goto(base_url + path)
            save(page, f"{name}-{look}", full=True)


def _show_forms(page: Page, base_url: str, look: str, only: set[str] | None) -> None:
    for name, path in FORMS.items():
        if only is None or name in only:
            page.goto(base_url + path)
            page.locator("#result_list tbody a").first.click()
            page.wait_for_url(re.compile("/change/"))
            save(page, f"{name}-{look}", full=True)


def _show_inbox(page: Page, base_url: str, look: str, only: set[str] | None) -> None:
    page.goto(f"{base_url}{LISTS['inboxes']}")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url(re.compile("/change/"))
    for tab in page.locator("[role=tablist] a.msgr-tab").all():
        name = str(tab.get_attribute("href")).removeprefix("#")
        if only is None or name in only:
            tab.click()
            save(page, f"inbox-{name}-{look}", full=True, rest=900)


def _show_import(page: Page, base_url: str, look: str) -> None:
    for name, text in (("import", LABELS), ("import-refused", WRONG_LABELS)):
        page.goto(f"{base_url}{LISTS['labels']}import/")
        page.locator("input[type=file]").set_input_files(
            {"name": "labels.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.locator(".msgr-exchange form button[type=submit]").last.click()
        page.wait_for_load_state("load")
        save(page, f"{name}-{look}", full=True)
