# SPDX-License-Identifier: Apache-2.0
"""No Python call on the classes of the extension may end the process, whatever it is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Each class: made without its constructor in every way there is, turned into another, and every
# member called with what it is not meant for.
PROGRAM = """
import copy, gc, inspect, sys
import numpy as np
import ascendcl as acl
from ascendcl import _acl

module = {"core": _acl.core, "om": _acl.om}[sys.argv[1]]
digits = sys.argv[2]
classes = [one for one in vars(module).values() if inspect.isclass(one)
           and not issubclass(one, BaseException)]
assert len(classes) >= 5
model = acl.Model.from_file(digits)
file = _acl.om.File.from_bytes(open(digits, "rb").read())
one_model = file.models[0]
live = [model._handle, acl.DeviceBuffer(8)._handle, acl.Stream()._handle, acl.Event()._handle,
        acl.Device(0)._handle, file, one_model, one_model.partitions[0].bytes.obj]
made = 0

def attempt(call, *arguments):
    global made
    try:
        result = call(*arguments)
    except Exception as error:
        return None
    made += 1
    return result

base = classes[0].__mro__[-2]
# A base class for Python's: made without memory, and to survive everything like that.
without_memory = getattr(module, "ArrayMemory", None)
if without_memory is not None:
    live.append(without_memory())
for cls in classes:
    for make in (lambda: cls(), lambda: cls.__new__(cls), lambda: object.__new__(cls),
                 lambda: base.__new__(cls), lambda: copy.copy(cls.__new__(cls)),
                 lambda: type("Sub", (cls,), {})(), lambda: type("Sub", (cls,), {}).__new__(cls)):
        thing = attempt(make)
        assert thing is None or cls is without_memory, (cls, thing)
    for one in live:
        if type(one) is not cls:
            try:
                one.__class__ = cls
            except TypeError:
                pass
            else:
                raise AssertionError((one, cls))
    attempt(setattr, cls, "close", None)

junk = [None, 0, -1, 1 << 70, 1.5, "", "x", b"", b"x" * 300, object(), [], {}, np.zeros(3),
        np.array([None]), *live]
for cls in classes:
    for name, member in list(vars(cls).items()):
        if name in ("adopt", "__dict__", "__doc__"):
            continue
        if isinstance(member, property):
            for value in junk:
                attempt(member.fget, value)
            continue
        call = getattr(cls, name)
        if not callable(call):
            continue
        attempt(call)
        for value in junk:
            attempt(call, value)
            for other in (None, 0, -1, "x", b"xy", *live):
                attempt(call, value, other)
                attempt(call, value, other, None)
gc.collect()
print("survived", made > 0)
"""


@pytest.mark.parametrize("module", ["core", "om"])
def test_survives(module: str, digits: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-X", "faulthandler", "-c", PROGRAM, module, str(digits)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "survived True\n"), result.stderr[-3000:]
