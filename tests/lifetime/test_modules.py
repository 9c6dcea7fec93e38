# SPDX-License-Identifier: Apache-2.0
"""One set of modules and of exceptions, whatever becomes of sys.modules."""

from __future__ import annotations

import pytest

FAIL = """
def fails(kind, what="missing.om"):
    try:
        acl.query_size(what)
    except kind as error:
        return type(error).__name__
"""

CHANGES = {
    "purged": "purge()",
    "purged and imported again": "purge(); import ascendcl, acl",
    "errors reloaded": "importlib.reload(acl.errors)",
    "all reloaded": "importlib.reload(acl.errors); importlib.reload(acl.memory)",
    "only errors purged": "del sys.modules['ascendcl.errors']; import ascendcl.errors",
}


@pytest.mark.parametrize("change", CHANGES)
def test_failures_are_caught_as_before(change: str, run_script) -> None:
    result = run_script(
        FAIL
        + f"""
import gc, importlib, sys
def purge():
    for name in list(sys.modules):
        if name.partition(".")[0] in ("acl", "ascendcl"):
            del sys.modules[name]
old, old_class = acl, acl.AclError
{CHANGES[change]}
gc.collect()
print(fails(old_class), fails(FileNotFoundError))
stream = old.Stream()
import ascendcl as new
acl = new
print(new.AclError is old_class, new.errors.AclError is old_class, fails(new.AclError))
old.strict("warn")
"""
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "AclFileNotFoundError AclFileNotFoundError",
        "True True AclFileNotFoundError",
    ]


def test_without_any_module(run_script) -> None:
    """As late in the life of the interpreter, when nothing can be imported any more."""
    result = run_script(
        """
import sys
modules, finders = dict(sys.modules), sys.meta_path
sys.modules.clear()
sys.meta_path = None
try:
    acl.query_size("missing.om")
except acl.AclError as error:
    caught = error
sys.modules.update(modules)
sys.meta_path = finders
print(type(caught).__name__)
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "AclFileNotFoundError\n", "")


def test_a_late_finalizer_is_told_what_is_the_matter(run_script) -> None:
    result = run_script(
        """
import os, string, sys
class Late:
    def __init__(self): self.buffer = acl.DeviceBuffer(64)
    def __del__(self, write=os.write, sys=sys):
        try:
            self.buffer.copy_from(bytes(8))
        except Exception as error:
            write(1, f"{sys.meta_path is None} {type(error).__name__} {error}".encode())
string.late = Late()
"""
    )
    assert (result.returncode, result.stderr) == (0, "")
    refused = "ClosedError the interpreter is exiting and has released the device"
    assert result.stdout == f"True {refused}"


@pytest.mark.parametrize(
    "name",
    ["data", "om", "errors", "memory", "model", "stream", "device", "cli", "rt", "om.gears"],
)
def test_submodules_are_the_same(name: str, run_script) -> None:
    for first, second in (("acl", "ascendcl"), ("ascendcl", "acl")):
        result = run_script(
            f"""
import sys
import {first}.{name} as one
import {second}.{name} as two
import acl as dropin, ascendcl
print(one is two, one.__name__, one.__spec__.name, dropin.{name} is ascendcl.{name})
print(sys.modules["acl.{name}"] is sys.modules["ascendcl.{name}"])
"""
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == f"True ascendcl.{name} ascendcl.{name} True\nTrue\n"


def test_names_of_submodules(run_script) -> None:
    result = run_script(
        """
from acl.data import DIGITS_MODEL
from acl.om import File
import ascendcl.data, ascendcl.om
print(DIGITS_MODEL is ascendcl.data.DIGITS_MODEL, File is ascendcl.om.File)
try:
    import acl.nothing
except ModuleNotFoundError as error:
    print(error.name)
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "True True\nacl.nothing\n", "")
