"""Where collectstatic puts files: those of the widget minified, all of them compressed as well."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedStaticFilesStorage

from crm.static_minification import is_minified, minified


class StaticStorage(CompressedStaticFilesStorage):  # type: ignore[misc]
    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        for name in [] if dry_run else filter(is_minified, paths):
            with self.open(name) as file:
                content = file.read()
            self.delete(name)
            self._save(name, ContentFile(minified(name, content)))
            yield name, name, True
        yield from super().post_process(paths, dry_run, **options)
