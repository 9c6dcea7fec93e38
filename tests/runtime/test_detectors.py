# SPDX-License-Identifier: Apache-2.0
"""Programs that look for NPUs find none where the host runtime was not asked for.

Each case is a process of its own. What Ray, MindSpeed, msit and others call to find out is
``acl.rt.get_device_count()`` and ``acl.get_soc_name()``, without ``acl.init()``. tests/environments
has Ray itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = "print(acl.rt.get_device_count(), acl.get_soc_name())\n"
NONE = "(0, 0) None\n"
ONE = "(1, 0) Host\n"


def run(code: str, folder: Path, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ASCEND", "LD_LIBRARY"))}
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import acl\n" + code],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_by_fallback_there_is_no_npu(tmp_path: Path) -> None:
    assert run(LOOK + LOOK, tmp_path) == NONE + NONE
    assert run(LOOK, tmp_path, ASCENDCL_RUNTIME="auto") == NONE


def test_who_chose_the_host_runtime_sees_it(tmp_path: Path) -> None:
    assert run(LOOK, tmp_path, ASCENDCL_RUNTIME="host") == ONE


@pytest.mark.parametrize(
    "use",
    [
        "assert acl.init() == 0",
        "assert acl.init('') == 0",
        "assert acl.Device.count() == 1",
        "acl.Device(0)",
        "acl.Stream()",
        "acl.DeviceBuffer(16)",
        "acl.Context(0)",
        "assert acl.rt.set_device(0) == 0",
        "assert acl.rt.create_context(0)[1] == 0",
    ],
)
def test_who_uses_a_device_has_one(use: str, tmp_path: Path) -> None:
    assert run(LOOK + use + "\n" + LOOK, tmp_path) == NONE + ONE


def test_other_questions_find_none_either(tmp_path: Path) -> None:
    code = (
        "print(acl.rt.query_device_status(0)[1], acl.get_device_capability(0, 0)[1])\n"
        "print(acl.rt.get_device()[1], acl.runtime_info().kind, acl.runtime_info().soc)\n"
    )
    assert run(code + LOOK, tmp_path) == "107001 107001\n107002 host Host\n" + NONE


def test_settings_are_read_with_the_first_device(tmp_path: Path) -> None:
    """A worker of Ray imports acl, and only then is told its device: that must not be too late."""
    code = (
        LOOK
        + "import os\nos.environ['ASCEND_RT_VISIBLE_DEVICES'] = '2'\nacl.init()\n"
        + "print(acl.rt.get_device_count(), acl.rt.get_logic_dev_id_by_user_dev_id(0))\n"
    )
    assert run(code, tmp_path, ASCENDCL_HOST_DEVICES="4") == NONE + "(1, 0) (2, 0)\n"


def test_a_child_process_decides_for_itself(tmp_path: Path) -> None:
    """Nothing is left in the environment."""
    code = (
        "import os, subprocess, sys\n"
        "os.environ['ASCENDCL_RUNTIME'] = 'host'\n"
        "look = 'import acl; print(acl.rt.get_device_count(), acl.get_soc_name())'\n"
        "print(subprocess.run([sys.executable, '-c', look], capture_output=True, text=True).stdout,"
        " end='')\n"
    )
    assert run(LOOK + code, tmp_path) == NONE + ONE
