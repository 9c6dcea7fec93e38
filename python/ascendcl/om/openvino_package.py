# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's Python package, imported without its telemetry.

By itself `import openvino` tells Intel of it over the network: a thread forks this process, with
models, devices and signal handlers in it, and the exit waits for the child.
"""

from __future__ import annotations

import sys
from typing import Final

_TELEMETRY: Final = "openvino_telemetry"

_before: Final = {name: module for name, module in sys.modules.items() if name == _TELEMETRY}
sys.modules[_TELEMETRY] = None  # type: ignore[assignment]  # as where it is not installed
try:
    import openvino as ov
    from openvino import opset13 as opset
    from openvino._offline_transformations import compress_model_transformation
    from openvino.frontend import FrontEndManager
finally:
    del sys.modules[_TELEMETRY]
    sys.modules.update(_before)

__all__ = ["FrontEndManager", "compress_model_transformation", "opset", "ov"]
