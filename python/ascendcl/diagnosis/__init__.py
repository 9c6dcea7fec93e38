# SPDX-License-Identifier: Apache-2.0
"""What is in use on this machine, what is wrong with it, and what to do: ``ascendcl doctor``."""

from __future__ import annotations

from collections.abc import Iterator

from . import acl_module, devices, environment, frameworks, host_engine, library
from .notes import Diagnosis, Fact, Note, Problem

__all__ = ["Diagnosis", "Fact", "Note", "Problem", "diagnose"]


def diagnose() -> Diagnosis:
    """Look at everything. Devices are counted, and none is set up."""
    diagnosis = Diagnosis()
    for each in _all():
        diagnosis.add(each)
    return diagnosis


def _all() -> Iterator[Fact | Note | Problem]:
    yield from library.look()
    yield from devices.look()
    yield from host_engine.look()
    yield from acl_module.look()
    yield from frameworks.look()
    yield from environment.look()
