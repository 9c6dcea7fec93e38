# SPDX-License-Identifier: Apache-2.0
"""Which sanitizer this process runs under (tools/sanitized.sh), if any."""

from __future__ import annotations

import ctypes


def under(sanitizer: str) -> bool:
    """Whether "asan" or "tsan" stands before the interpreter."""
    return hasattr(ctypes.CDLL(None), f"__{sanitizer}_init")
