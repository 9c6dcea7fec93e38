# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's Python package, imported without its telemetry.

By itself `import openvino` tells Intel of it over the network: a thread forks this process, with
models, devices and signal handlers in it, and the exit waits for the child.
"""

from __future__ import annotations

import sys
from typing import Final

_TELEMETRY: Final = "openvino_telemetry"

_before: Final = sys.modules.get(_TELEMETRY)
sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # as where it is not installed
try:
    import openvino as ov
    from openvino import opset13 as opset
    from openvino.frontend import FrontEndManager
finally:
    if _before is None:
        del sys.modules[_TELEMETRY]
    else:
        sys.modules[_TELEMETRY] = _before

__all__ = ["FrontEndManager", "opset", "ov"]
