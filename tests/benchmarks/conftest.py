# SPDX-License-Identifier: Apache-2.0
"""The modules of benchmarks/ that are no benchmarks: they import neither the package nor numpy."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
