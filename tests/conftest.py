# SPDX-License-Identifier: Apache-2.0
"""What all tests share: the runtime under test, and the look for leaks at the end."""

import gc
import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # modules that several folders use

import pytest

import sanitizers

pytest_plugins = ["pytester"]  # of tests/plugin; pytest wants it in the outermost conftest

# Chosen on purpose, so that the warning of the automatic choice stays an error (tests/runtime
# covers the choice itself). ASCENDCL_RUNTIME=cann runs the suite on an NPU.
os.environ.setdefault("ASCENDCL_RUNTIME", "host")

# No telemetry of OpenVINO's where tests import it: a thread would fork this process for it.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

sanitizers.fail_for_leaks()

HERE = Path(__file__).parent

# What only the host runtime has: there is nothing to test on another one.
HOST_ONLY = {
    "compile": "compiled models are for the host runtime",
    "fault": "only the host runtime injects faults",
    "prof": "what profiling writes is the host runtime's own",
    "trace": "only the host runtime writes traces",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = HOST_ONLY.get(item.path.relative_to(HERE).parts[0])
        if reason is not None and not is_host_runtime():
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    """Keep what was collected from the garbage collector: each look for leaks went through it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from workers import FilesSideBySide  # only with xdist, which a device's machine can do without

    return FilesSideBySide(config, log)


def is_host_runtime() -> bool:
    import ascendcl  # not before: the conformance suite does without

    return ascendcl.runtime_info().kind == "host"
