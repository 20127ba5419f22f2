"""What a ZIP archive is, by the names in its directory; nothing in it is unpacked."""

from messenger.lib.uploads.kinds import DOCX, XLSX, ZIP

LOCAL_HEADER = b"PK\x03\x04"
_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_SIZE, _ENTRY_SIZE = 22, 46
_MAX_ENTRIES = 20_000
_OFFICE = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
# Programs in a ZIP's clothes, and documents whose own name would be lost with the name .zip.
_OTHERS = {
    "META-INF/MANIFEST.MF": "application/java-archive",
    "AndroidManifest.xml": "application/vnd.android.package-archive",
    "[Content_Types].xml": "application/vnd.openxmlformats-officedocument",
    "mimetype": "application/vnd.oasis.opendocument",
}


def archive_type(data: bytes) -> str:
    """The content type; empty where the archive isn't whole, or something stands before or after it."""
    names = _names(data)
    if names is None:
        return ""
    if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
        return "application/vnd.ms-office"
    if "[Content_Types].xml" in names:
        for part, content_type in _OFFICE.items():
            if part in names:
                return content_type
    return next((other for part, other in _OTHERS.items() if part in names), ZIP)


def _names(data: bytes) -> set[str] | None:
    end = data.rfind(_END, max(0, len(data) - _END_SIZE - 65_535))
    if end < 0 or end + _END_SIZE + int.from_bytes(data[end + 20 : end + 22], "little") != len(data):
        return None
    count = int.from_bytes(data[end + 10 : end + 12], "little")
    position = int.from_bytes(data[end + 16 : end + 20], "little")
    if position + int.from_bytes(data[end + 12 : end + 16], "little") != end or count > _MAX_ENTRIES:
        return None
    names = set()
    for _ in range(count):
        if data[position : position + 4] != _ENTRY:
            return None
        name, extra, comment = (
            int.from_bytes(data[position + at : position + at + 2], "little") for at in (28, 30, 32)
        )
        start = position + _ENTRY_SIZE
        names.add(data[start : start + name].decode("utf-8", "replace").replace("\\", "/"))
        position = start + name + extra + comment
    return names if position == end else None
