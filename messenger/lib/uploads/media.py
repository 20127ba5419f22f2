"""MP3 and MP4, told by their structure rather than by a few first bytes."""

import re

_BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VP", b"MSNV",
    b"dash", b"mmp4",
}  # fmt: skip
_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_FRAMES_IN_A_ROW = 3
_PADDING = re.compile(rb"\0*")


def is_mp4(data: bytes) -> bool:
    """Boxes from the first byte to the last, `ftyp` with a brand of MP4 first and `moov` among them."""
    if data[4:8] != b"ftyp" or data[8:12] not in _BRANDS:
        return False
    names, position = set(), 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4])
        names.add(data[position + 4 : position + 8])
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16])
        elif size == 0:
            size = len(data) - position
        if size < 8:
            return False
        position += size
    return position == len(data) and b"moov" in names


def is_mp3(data: bytes) -> bool:
    """An ID3 tag or none, then frames of layer III, each where the one before says that it ends."""
    position = 0
    if data[:3] == b"ID3":
        if len(data) < 10 or max(data[6:10]) > 0x7F:
            return False
        position = 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        padding = _PADDING.match(data, position)
        position = padding.end() if padding else position
    for _ in range(_FRAMES_IN_A_ROW):
        size = _frame_size(data[position : position + 4])
        if not size:
            return False
        position += size
    return position <= len(data)


def _frame_size(header: bytes) -> int:
    """In bytes; 0 for what is no header of layer III."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate == 3 or bitrate in {0, 15}:
        return 0
    first = version == 3
    kilobits = _BITRATES[1 if first else 2][bitrate]
    return (144 if first else 72) * kilobits * 1000 // _RATES[version][rate] + (header[2] >> 1 & 1)
