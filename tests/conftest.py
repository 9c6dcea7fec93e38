"""What all tests share: the runtime under test, and the files beside the repository."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # rebatched, which several folders use

# Chosen on purpose, so that the warning of the automatic choice stays an error (test_runtime covers
# the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")
