"""What the browser would have shown and sounded: its own notifications and audio, written down instead."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page

RECORDER = """
(() => {
  if (window.top !== window) return;
  const state = () => localStorage.getItem("test:permission") ?? "default";
  window.Notification = class extends EventTarget {
    constructor(title, options) {
      super();
      window.recordCall("notification", { title, ...options });
      window.lastNotification = this;
    }
    close() {}
    static get permission() { return state(); }
    static async requestPermission() {
      window.recordCall("asked", {});
      localStorage.setItem("test:permission", "granted");
      return "granted";
    }
  };
  const Audio = window.AudioContext;
  window.AudioContext = class extends Audio {
    constructor() { super(); window.recordCall("sound", {}); }
  };
})();
"""


@dataclass
class Calls:
    """All that happened in the context's tabs, in order."""

    happened: list[tuple[str, Page, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext) -> "Calls":
        calls = cls()
        context.expose_binding(
            "recordCall",
            lambda source, kind, what: calls.happened.append((kind, source["page"], what)),
        )
        context.add_init_script(RECORDER)
        return calls

    def count(self, kind: str) -> int:
        return sum(one == kind for one, _page, _what in self.happened)

    @property
    def notifications(self) -> list[dict[str, Any]]:
        return [what for kind, _page, what in self.happened if kind == "notification"]

    def speaker(self) -> Page:
        """The tab that showed the last notification."""
        return [page for kind, page, _what in self.happened if kind == "notification"][-1]

    def wait_for(self, page: Page, kind: str, number: int = 1) -> None:
        """Until so many have come; more would be counted as well."""
        for _attempt in range(150):
            if self.count(kind) >= number:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"{self.count(kind)} of {kind}, not {number}: {self.happened}")
