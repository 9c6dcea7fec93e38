# SPDX-License-Identifier: Apache-2.0
"""Whether a model loads in a fresh process, and what the runtime has to say of its settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from ascendcl import _runtime

from .environment import OWN, cure_of
from .notes import Problem, without_speaker

# A program's first steps; a crash ends this process and not the doctor's.
_PROGRAM: Final = """
import sys, warnings
warnings.simplefilter("ignore")
import ascendcl
from ascendcl.data import DIGITS_MODEL
try:
    ascendcl.Model.from_file(DIGITS_MODEL).close()
except ascendcl.AclError as error:
    sys.exit(str(error))
"""
_TIMEOUT: Final = 120.0  # seconds
_REINSTALL: Final = (
    'pip install --force-reinstall "ascendcl[host]", which brings the OpenVINO that fits'
)


def look() -> Iterator[Problem]:
    """Load the model that comes with the package."""
    environment = dict(os.environ)
    if _runtime.refused():  # told already; what is asked for here is the host runtime
        environment["ASCENDCL_RUNTIME"] = "host"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        yield Problem(f"the host runtime cannot run models: {error}", _REINSTALL)
        return
    lines = done.stderr.splitlines()
    for line in lines:
        if line.startswith(OWN) and " must be " in line:  # it goes on with another value
            yield Problem(line, cure_of(line) or _REINSTALL)
    if done.returncode != 0:
        words = without_speaker(lines[-1] if lines else f"it ended with {done.returncode}")
        fault = "ASCENDCL_FAULT" if os.environ.get("ASCENDCL_FAULT") else ""
        cure = cure_of(words) or cure_of(fault) or _REINSTALL
        yield Problem(f"the host runtime cannot run models: {words}", cure)
