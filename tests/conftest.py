"""What all tests share: the runtime under test, and the look for leaks at the end."""

import ctypes
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # rebatched, which several folders use

import pytest

# Chosen on purpose, so that the warning of the automatic choice stays an error (tests/runtime covers
# the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under LeakSanitizer (tools/sanitized.sh), fail for memory that nothing points to any more."""
    check = getattr(ctypes.CDLL(None), "__lsan_do_recoverable_leak_check", None)
    if check is not None and check() != 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
