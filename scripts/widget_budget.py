"""Holds the widget to its size, compressed as it is served: what a host page pays, and what an opened chat costs."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "messenger"
KB = 1_024
# Bytes; brotli is what browsers ask for, gzip what an old proxy makes of it.
BEFORE = {"gzip": 4 * KB, "br": 4 * KB}
OPENED = {"gzip": 36 * KB, "br": 30 * KB}
LANGUAGES = ("ru", "en")

_STATIC_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?from\s+["'](\.[^"']+)["']""", re.MULTILINE)
_STYLES = re.compile(r"\.\.\.\[([^\]]+)\]\.map\(\(name\) =>\s*addStyle")


def before_interaction() -> list[Path]:
    """What a page loads with the two tags of the contract."""
    return [FOLDER / "widget.js", FOLDER / "widget.css"]


def opened(language: str) -> list[Path]:
    """All that a plain opening loads: modules by static import, styles, and the texts of one language."""
    names = re.findall(r'"(\w+)"', _STYLES.search((FOLDER / "widget.js").read_text(encoding="utf-8"))[1])  # type: ignore[index]
    styles = [FOLDER / "widget" / f"{name}.css" for name in names]
    modules = _with_imports(FOLDER / "widget" / "app.js")
    return [*before_interaction(), *modules, *styles, FOLDER / "widget" / "strings" / f"{language}.js"]


def _with_imports(module: Path) -> list[Path]:
    found: dict[Path, None] = {}
    waiting = [module]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = None
            imports = _STATIC_IMPORT.findall(path.read_text(encoding="utf-8"))
            waiting += [(path.parent / name).resolve() for name in imports]
    return list(found)


def size(paths: Iterable[Path], encoding: str) -> int:
    """Bytes on the wire, without headers."""
    sys.path.insert(0, str(ROOT))
    from crm.static_minification import minified  # noqa: PLC0415
    from crm.static_serving import compressed  # noqa: PLC0415

    return sum(len(compressed(minified(path.name, path.read_bytes()), encoding)) for path in paths)


def main() -> None:
    failed = False
    sets = {"before interaction": (before_interaction(), BEFORE)}
    sets |= {f"opened, {language}": (opened(language), OPENED) for language in LANGUAGES}
    for name, (paths, limits) in sets.items():
        for encoding, limit in limits.items():
            found = size(paths, encoding)
            failed = failed or found > limit
            mark = "TOO LARGE" if found > limit else "ok"
            print(f"{name:20} {len(paths):3} files {encoding:5} {found:6} of {limit:6} bytes {mark}")
    if failed:
        sys.exit(
            "The widget is over its budget: what is not always needed belongs into a module loaded on demand."
        )


if __name__ == "__main__":
    main()
