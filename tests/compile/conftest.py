# SPDX-License-Identifier: Apache-2.0
"""Where the modules that these tests share are."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[2] / "tools"))
