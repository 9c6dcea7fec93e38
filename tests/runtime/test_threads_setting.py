# SPDX-License-Identifier: Apache-2.0
"""``ASCENDCL_HOST_THREADS``: how many threads an execution on the host runtime has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOAD = """
import ascendcl as acl
from ascendcl.data import DIGITS_MODEL
try:
    acl.Model.from_file(DIGITS_MODEL)
except acl.AclError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("", True), ("1", True), ("64", True), ("two", False), ("-1", False), ("1.5", False)],
)
def test_no_number_is_refused_by_name(text: str, is_number: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_THREADS": text},
    )
    complaint = f"ASCENDCL_HOST_THREADS='{text}' is not a number of threads"
    assert (complaint in done.stdout) == (not is_number)
    assert (done.stdout == "") == is_number
