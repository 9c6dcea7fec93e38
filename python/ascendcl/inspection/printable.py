# SPDX-License-Identifier: Apache-2.0
"""Names of a file as they can be printed: a file may hold any text in them."""

from __future__ import annotations

_UNITS = ("KiB", "MiB", "GiB", "TiB")


def printable(text: str) -> str:
    """Escape what would steer a terminal or is no part of XML."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def shortened(text: str, length: int) -> str:
    """Cut the middle out of a text that is too long."""
    if len(text) <= length:
        return text
    head = (length - 1) // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"


def size_text(size: float) -> str:
    """Write bytes with a unit: ``10.8 MiB``."""
    if size < 1024:
        return f"{size:.0f} B"
    power = 0
    while size >= 1024 and power < len(_UNITS):
        size /= 1024
        power += 1
    return f"{size:.1f} {_UNITS[power - 1]}" if size < 10 else f"{size:.4g} {_UNITS[power - 1]}"


def bytes_text(size: int) -> str:
    """Write bytes exactly, and with a unit where that is shorter."""
    return f"{size} bytes" if size < 1024 else f"{size} bytes ({size_text(size)})"
