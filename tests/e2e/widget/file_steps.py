"""What a visitor does with files, in a page."""

from typing import Any

from playwright.sync_api import Page, Route

from tests.e2e.widget.widget_page import WidgetPage

PDF = b"%PDF-1.4\n%%EOF\n"
FILES_ON = {
    "attachments_enabled": True,
    "max_file_size_bytes": 1024 * 1024,
    "allowed_content_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"],
    "max_files": 5,
}


def choose(widget: WidgetPage, *files: Any) -> None:
    with widget.page.expect_file_chooser() as chooser:
        widget.panel.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))


def transfer(page: Page, files: list[tuple[str, str, list[int]]], **texts: str) -> Any:
    return page.evaluate_handle(
        """([files, texts]) => {
          const transfer = new DataTransfer();
          for (const [name, type, bytes] of files)
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
          for (const [kind, text] of Object.entries(texts)) transfer.setData(kind, text);
          return transfer;
        }""",
        [files, texts],
    )


def paste(widget: WidgetPage, clipboard: Any) -> None:
    widget.input.evaluate(
        """(node, clipboardData) => node.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true, cancelable: true }))""",
        clipboard,
    )


def hold(page: Page, address: str) -> list[Route]:
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held
