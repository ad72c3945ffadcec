"""Colour profiles that a picture cannot do without: `() => ICC bytes`. ICC.1:2001-04 says what every number means."""

from __future__ import annotations

import struct

from PIL import ImageCms


def red_is_blue() -> bytes:
    """sRGB whose red and blue primaries have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = (slice(entries[tag] + 4, entries[tag] + 12) for tag in (b"rXYZ", b"bXYZ"))
    profile[red], profile[blue] = profile[blue], profile[red]
    return bytes(profile)


def cyan_is_red() -> bytes:
    """A printer whose cyan ink is red and whose other inks are invisible: one lookup table of 2 steps per ink."""
    ramp = bytes(range(256))
    white, red = bytes((255, 128, 128)), bytes((136, 208, 195))  # 8-bit Lab
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    table += ramp * 4 + white * 8 + red * 8 + ramp * 3
    tags = struct.pack(">I4sII", 1, b"A2B0", 128 + 16, len(table))
    size = 128 + len(tags) + len(table)
    header = struct.pack(">I4sI4s4s4s", size, bytes(4), 0x02100000, b"prtr", b"CMYK", b"Lab ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return header.ljust(128, b"\0") + tags + table
