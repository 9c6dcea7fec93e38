# SPDX-License-Identifier: Apache-2.0
"""acl.media: memory for the media units.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from typing import SupportsIndex

def dvpp_malloc(size: SupportsIndex) -> tuple[int, int]:
    """Allocate `size` bytes that the media units can reach. Returns (dev_ptr, ret)."""

def dvpp_free(dev_ptr: SupportsIndex) -> int:
    """Free what `dvpp_malloc` gave."""
