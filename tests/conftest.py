"""What all tests share: the runtime under test, and the look for leaks at the end."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # modules that several folders use

import sanitizers

# Chosen on purpose, so that the warning of the automatic choice stays an error (test_runtime covers
# the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")

sanitizers.fail_for_leaks()
