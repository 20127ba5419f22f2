"""Takes comments and spaces out of the widget's files as they are served: host pages pay for each byte.

The files stay plain modules that run as they are; a sixth of them, once compressed, is what only a reader needs.
"""

from functools import lru_cache
from pathlib import PurePosixPath
from typing import cast

import rcssmin
import rjsmin

PREFIX = "messenger/widget"
FILES = 256
_MINIFIERS = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}


def is_minified(name: str) -> bool:
    """Whether the file of this name, relative to the static files' root, is served without what it can do without."""
    return name.startswith(PREFIX) and PurePosixPath(name).suffix in _MINIFIERS


def minified(name: str, content: bytes) -> bytes:
    return _minify(PurePosixPath(name).suffix, content)


@lru_cache(maxsize=FILES)
def _minify(suffix: str, content: bytes) -> bytes:
    return cast(str, _MINIFIERS[suffix](content.decode())).encode()
