# SPDX-License-Identifier: Apache-2.0
"""What a command has found, for machines."""

from __future__ import annotations

import json
import math
from typing import Any


def json_text(value: Any) -> str:
    """Write JSON; numbers that it has no words for (NaN, infinities) are null."""
    return json.dumps(_sayable(value), indent=2, allow_nan=False)


def _sayable(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _sayable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(each) for each in value]
    return value
