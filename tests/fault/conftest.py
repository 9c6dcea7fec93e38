# SPDX-License-Identifier: Apache-2.0
"""Faults are injected by the host runtime: there is nothing to test on another one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # the tests import faults, whatever the import mode
