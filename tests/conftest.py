"""What all tests share: the runtime under test, and the look for leaks at the end."""

import atexit
import ctypes
import gc
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # rebatched, which several folders use

# Chosen on purpose, so that the warning of the automatic choice stays an error (test_runtime covers
# the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")


def _look_for_leaks() -> None:
    """Under LeakSanitizer (tools/sanitized.sh), fail for memory that nothing points to any more."""
    gc.collect()
    check = getattr(ctypes.CDLL(None), "__lsan_do_recoverable_leak_check", None)
    if check is not None and check() != 0:
        os._exit(1)


# At exit: before, objects that only a frame refers to look lost, as frames are not searched. First,
# and so run last: by then the package has released what it holds.
atexit.register(_look_for_leaks)
