"""Colour profiles: kept, since colours would shift without them, if they are small and look like one."""

import struct

from PIL import Image

# What cameras and phones embed is far below 64 KB; printing profiles are tables, and large.
_LIMITS = {b"RGB ": 65_536, b"GRAY": 65_536, b"CMYK": 1_048_576}
_SPACES = {"CMYK": b"CMYK", "L": b"GRAY", "LA": b"GRAY", "1": b"GRAY", "I;16": b"GRAY"}


def kept_profile(image: Image.Image) -> bytes | None:
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) < 132:
        return None
    space = _SPACES.get(image.mode, b"RGB ")
    (size,) = struct.unpack_from(">I", profile)
    is_valid = size == len(profile) and profile[36:40] == b"acsp" and profile[16:20] == space
    return profile if is_valid and size <= _LIMITS[space] else None
