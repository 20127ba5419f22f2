"""Axe's findings on a page (WCAG 2.2 AA and best practice), all rules in light and those of colours in dark."""

from importlib import resources

from playwright.sync_api import Page, ViewportSize

# Most of axe's time goes into contrasts, and most of that into colours: it parses the same few anew for each text, and
# keeps the private fields of each in weak maps. So each is parsed once, and the fields are properties.
FIELDS = """
class WeakMap {
  #key = Symbol();
  has(object) { return Object.hasOwn(object, this.#key); }
  get(object) { return object[this.#key]; }
  set(object, value) { object[this.#key] = value; return this; }
  delete(object) { return delete object[this.#key]; }
}
class WeakSet {
  #key = Symbol();
  has(object) { return Object.hasOwn(object, this.#key); }
  add(object) { object[this.#key] = true; return this; }
  delete(object) { return delete object[this.#key]; }
}
"""
PARSE_ONCE = """
const known = new Map(), { prototype } = axe.commons.color.Color, { parseString } = prototype;
prototype.parseString = function (text) {
  if (!known.has(text)) {
    const { r, g, b, alpha } = parseString.call(this, text);
    known.set(text, { r, g, b, alpha });
  }
  return Object.assign(this, known.get(text));
};
"""
SOURCE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
AXE = f"(() => {{ {FIELDS} {SOURCE};\n{PARSE_ONCE} }})()"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
FIND = """async ([runOnly, scheme]) => {
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ any, html }) => `${scheme}: ${id}: ${html.slice(0, 200)}: ${any[0]?.message ?? ""}`));
}"""
THEMES = {
    "light": {"type": "tag", "values": RULES},
    "dark": {"type": "rule", "values": COLOURS},
}
SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
# unfold keeps the chosen theme and sets it as a class of the root.
SET_THEME = """async (dark) => {
  document.documentElement.classList.toggle("dark", dark);
  for (const animation of document.getAnimations()) animation.finish?.();
  await new Promise(requestAnimationFrame);
}"""


def findings(page: Page) -> list[str]:
    page.wait_for_load_state("load")
    page.emulate_media(reduced_motion="reduce")
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found: list[str] = []
    for theme, rules in THEMES.items():
        page.evaluate(SET_THEME, theme == "dark")
        found += page.evaluate(FIND, [rules, theme])
    page.evaluate(SET_THEME, False)
    return found


def found_on(page: Page) -> list[str]:
    """At both sizes, light and dark; nor is a page wider than its window."""
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        found += findings(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"wider than {size['width']}")
    page.set_viewport_size(SIZES[0])
    return found
