"""What all tests share: the runtime under test, and the files beside the repository."""

import os

# Chosen on purpose, so that the warning of the automatic choice stays an error (test_runtime covers
# the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")
