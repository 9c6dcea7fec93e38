# SPDX-License-Identifier: Apache-2.0
"""The interpreter ends cleanly and silently, whatever is still alive and in whatever order."""

from __future__ import annotations

import pytest

SETUP = """
size = acl.query_size(DIGITS)
work, weight = acl.DeviceBuffer(size.work), acl.DeviceBuffer(size.weight)
model = acl.Model.from_file(DIGITS, work=work, weight=weight)
stream, event = acl.Stream(), acl.Event()
event.record(stream)
assert model(image).shape == (1, 10)
"""

ENDINGS = {
    "all alive": "",
    "in a cycle": "cycle = [model, work, stream, event]; cycle.append(cycle); del model, work",
    "buffers dropped": "del work, weight",
    "context of its own": "c = acl.Context(0); other = acl.Model.from_file(DIGITS, device=c)",
    "held by a module": "import string; string.model = model; string.work = work",
    "held by a class": "class Keeper:\n    held = [weight, stream, model]",
    "held by a default argument": "def keep(model=model, event=event): pass",
    "finalizer": "class Late:\n    def __del__(self, m=model): assert m.closed\nlate = Late()",
    "used by an atexit hook": "import atexit; atexit.register(lambda: model(image))",
    "thread": "import threading; threading.Thread(target=lambda: model(image)).start()",
    "daemon thread": (
        "import threading\n"
        "def loop():\n"
        "    while True:\n"
        "        try: model(image)\n"
        "        except acl.AclError: return\n"
        "threading.Thread(target=loop, daemon=True).start()"
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_ends_silently(ending: str, run_script) -> None:
    result = run_script(SETUP + ENDINGS[ending])
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


# What three daemon threads do over and over while the interpreter ends, and after it was told to.
STEPS = {
    "make and close": "acl.DeviceBuffer(64).close()",
    "make and drop": "acl.DeviceBuffer(64), acl.Stream(), acl.Event()",
    "fail": "acl.query_size('missing.om')",
    "drop an owner that runs Python": "acl.DeviceBuffer.from_handle(weight.ptr, 64, Owner())",
    "close on an owner that runs Python": (
        "acl.DeviceBuffer.from_handle(weight.ptr, 64, Owner()).close()"
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_daemon_threads(step: str, run_script) -> None:
    """The release at exit waits for what is half-way; threads that come later are kept from it."""
    script = (
        SETUP
        + f"""
import threading, time
class Owner:
    def __del__(self): sum(range(300))
def loop():
    while True:
        try: {STEPS[step]}
        except acl.AclError: pass
for _ in range(3):
    threading.Thread(target=loop, daemon=True).start()
time.sleep(0.05)
"""
    )
    for _ in range(4):
        result = run_script(script)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


CUT_OFF = {
    "a model": "model(image)",
    "a buffer": "weight_of_all.copy_to(target)",
    "a stream": "stream.synchronize()",
    "something new": "acl.DeviceBuffer(64)",
}


@pytest.mark.parametrize("use", CUT_OFF)
@pytest.mark.parametrize("start", ["threading", "_thread", "acl.util"])
def test_daemon_threads_that_are_cut_off_say_nothing(start: str, use: str, run_script) -> None:
    starts = {
        "threading": "threading.Thread(target=loop, daemon=True).start()",
        "_thread": "_thread.start_new_thread(loop, ())",
        "acl.util": "acl.util.start_thread(loop, None)",
    }
    script = (
        SETUP
        + f"""
import atexit, threading, time, _thread
atexit.unregister(acl._acl.core.shut_down)
atexit.register(time.sleep, 0.2)  # after the release: the threads come back to it
atexit.register(acl._acl.core.shut_down)
weight_of_all, target = acl.DeviceBuffer(64), bytearray(64)
began = threading.Event()
def loop():
    while True:
        {CUT_OFF[use]}
        began.set()
for _ in range(3):
    {starts[start]}
began.wait()
"""
    )
    result = run_script(script)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_hook_that_runs_after_ours_is_told(run_script) -> None:
    """Hooks run last in, first out: one that was registered before the import comes too late."""
    late = run_script(SETUP + "from ascendcl import _acl\n_acl.core.shut_down()\nmodel(image)")
    assert late.returncode == 1
    assert "released the device" in late.stderr


@pytest.mark.parametrize("code", ["sys.exit(3)", "raise KeyError('end')"])
def test_ends_early(code: str, run_script) -> None:
    result = run_script("import sys\n" + SETUP + "with model, stream:\n    " + code)
    assert result.returncode == (3 if "exit" in code else 1)
    assert ("KeyError: 'end'" in result.stderr) == ("KeyError" in code)
    assert "Warning" not in result.stderr


def test_interrupted(run_script) -> None:
    # A suite that runs in the background of a shell inherits that SIGINT is ignored.
    handled = "import os, signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    result = run_script(handled + SETUP + "os.kill(os.getpid(), signal.SIGINT)\nmodel(image)")
    assert result.returncode == -2
    assert "KeyboardInterrupt" in result.stderr


def test_finalized_by_the_flat_function(run_script) -> None:
    """acl.finalize() takes everything away: no crash, at most warnings, and use is refused."""
    result = run_script(
        SETUP
        + """
assert acl.finalize() == 0
try:
    model(image)
except acl.AclError as error:
    print("refused")
"""
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "refused\n"
    assert "Traceback" not in result.stderr


def test_leaves_nothing_in_the_runtime(run_script) -> None:
    """The hook has released everything by the time that later hooks run."""
    result = run_script(
        """
import atexit
from ascendcl import _acl
atexit.unregister(_acl.core.shut_down)
def check():
    print(sorted(_acl.core.live_counts().items()))
atexit.register(check)
atexit.register(_acl.core.shut_down)
"""
        + SETUP
    )
    assert result.returncode == 0, result.stderr
    assert (
        result.stdout
        == str([(k, 0) for k in ("buffers", "contexts", "events", "models", "streams")]) + "\n"
    )
