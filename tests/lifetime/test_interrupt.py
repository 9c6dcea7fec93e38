# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C ends every wait, whatever it waits for, and leaves all as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import ascendcl

# A stream that goes on when `event` is recorded, which only go_on() does.
SETUP = """
import os, signal, sys, threading, time
import numpy as np, ascendcl as acl
signal.signal(signal.SIGINT, signal.default_int_handler)
assert acl.init() == 0
device = acl.Device(0)
device.set_current()
stream, event, other = acl.Stream(), acl.Event(), acl.Stream()
mark = acl.Event()
stream.wait(event)
mark.record(stream)
def go_on():
    event.record(other)
    stream.synchronize()
array = np.arange(16, dtype=np.uint8)
"""

# The wait, and what must hold after it was ended.
WAITS = {
    "Stream.synchronize": ("stream.synchronize()", "go_on()"),
    "Stream.synchronize with a timeout": ("stream.synchronize(3600)", "go_on()"),
    "Stream.close": ("stream.close()", "assert not stream.closed; go_on(); stream.close()"),
    "Event.synchronize": ("mark.synchronize()", "assert not mark.done; go_on(); assert mark.done"),
    "with": ("with stream: pass", "go_on(); stream.close()"),
    "DeviceBuffer.copy_from after a stream": (
        "buffer = acl.DeviceBuffer(16)\nREADY\nbuffer.copy_from(array, stream)",
        "go_on(); buffer.copy_from(array, stream); buffer.close()",
    ),
    "a buffer that a thread copies to": (
        (
            "buffer = acl.DeviceBuffer(16)\n"
            "thread = threading.Thread(target=buffer.copy_from, args=(array, stream))\n"
            "thread.start(); time.sleep(0.2)\nREADY\nbuffer.fill(1)"
        ),
        "go_on(); thread.join(); assert bytes(buffer.copy_to(bytearray(16))) == bytes(array)",
    ),
    "a close that a thread's wait holds up": (
        (
            "thread = threading.Thread(target=stream.synchronize)\n"
            "thread.start(); time.sleep(0.2)\nREADY\nstream.close()"
        ),
        "assert not stream.closed; go_on(); thread.join(); stream.close()",
    ),
    "synchronize_stream": ("acl.rt.synchronize_stream(stream.handle)", "go_on()"),
    "synchronize_stream_with_timeout": (
        "acl.rt.synchronize_stream_with_timeout(stream.handle, 3_600_000)",
        "go_on()",
    ),
    "synchronize_device": ("acl.rt.synchronize_device()", "go_on()"),
    "synchronize_device_with_timeout": (
        "acl.rt.synchronize_device_with_timeout(3_600_000)",
        "go_on()",
    ),
    "synchronize_event": ("acl.rt.synchronize_event(mark.handle)", "go_on()"),
    "synchronize_event_with_timeout": (
        "acl.rt.synchronize_event_with_timeout(mark.handle, 3_600_000)",
        "go_on()",
    ),
    "destroy_stream": (
        "acl.rt.destroy_stream(stream.handle)",
        "go_on(); assert acl.rt.stream_query(stream.handle) == (0, 0)",
    ),
    "reset_device": (
        "acl.rt.reset_device(0)",
        "go_on(); assert acl.rt.synchronize_device() == 0; acl.DeviceBuffer(16).close()",
    ),
    "memcpy_async of pageable memory": (
        (
            "buffer = acl.DeviceBuffer(16)\nREADY\n"
            "acl.rt.memcpy_async(buffer.ptr, 16, array.ctypes.data, 16, 1, stream.handle)"
        ),
        "buffer.fill(7); go_on(); assert bytes(buffer.copy_to(bytearray(16))) == b'\\7' * 16",
    ),
    "process_report": (
        (
            "assert acl.rt.subscribe_report(threading.get_ident(), other.handle) == 0\n"
            "READY\nacl.rt.process_report(-1)"
        ),
        (
            "assert acl.rt.process_report(1) == 507012; acl.get_recent_err_msg()\n"
            "assert acl.rt.unsubscribe_report(threading.get_ident(), other.handle) == 0; go_on()"
        ),
    ),
    "stop_thread": (
        (
            "end = threading.Event()\n"
            "thread, ret = acl.util.start_thread(lambda _: end.wait(), [0])\n"
            "READY\nacl.util.stop_thread(thread)"
        ),
        "end.set(); assert acl.util.stop_thread(thread) == 0; go_on()",
    ),
    "unload": (
        (
            "model, ret = acl.mdl.load_from_file(DIGITS)\n"
            "desc = acl.mdl.create_desc(); acl.mdl.get_desc(desc, model)\n"
            "sets = []\n"
            "for size in (acl.mdl.get_input_size_by_index(desc, 0),"
            " acl.mdl.get_output_size_by_index(desc, 0)):\n"
            "    data, ret = acl.rt.malloc(size, 0); sets.append(acl.mdl.create_dataset())\n"
            "    acl.mdl.add_dataset_buffer(sets[-1], acl.create_data_buffer(data, size))\n"
            "assert acl.mdl.execute_async(model, *sets, stream.handle) == 0\n"
            "READY\nacl.mdl.unload(model)"
        ),
        "assert acl.mdl.get_desc(desc, model) == 0; go_on(); assert acl.mdl.unload(model) == 0",
    ),
}


def interrupt(script: str, folder: Path, digits: Path, **environment: str) -> tuple[int, str, str]:
    """Run a script, and send SIGINT a little after it has said that it is ready."""
    path = folder / "script.py"
    path.write_text(f"DIGITS = {str(digits)!r}\n" + SETUP + textwrap.dedent(script))
    process = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", path],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if line == "ready\n":
            time.sleep(0.5)  # for the wait to begin; nothing hangs on it
            os.kill(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=100)
    finally:
        process.kill()
        process.wait()
    assert line == "ready\n", errors
    return process.returncode, output, errors


def script_of(name: str) -> str:
    wait, after = WAITS[name]
    if "READY" not in wait:
        wait = "READY\n" + wait
    wait = wait.replace("READY", "print('ready', flush=True)")
    return (
        "try:\n"
        + textwrap.indent(wait, "    ")
        + "\nexcept KeyboardInterrupt: print('interrupted', flush=True)\n"
        + "else: print('not interrupted', flush=True)\n"
        + after
    )


@pytest.mark.parametrize("name", WAITS)
def test_interrupt(name: str, tmp_path: Path, digits: Path) -> None:
    assert interrupt(script_of(name), tmp_path, digits) == (0, "interrupted\n", "")


# Waits that CANN has no twin with a timeout for, or that need a model.
NOT_WITH_CANN = {"destroy_stream", "reset_device", "memcpy_async of pageable memory", "unload"}


@pytest.mark.parametrize("name", sorted(WAITS.keys() - NOT_WITH_CANN))
def test_interrupt_with_a_runtime_that_does_not_help(
    name: str, tmp_path: Path, digits: Path
) -> None:
    """CANN's library does not ask the program during a wait: it is played by ours without that."""
    helps = (b"ascendclSetInterruptCheck", b"ascendclSetOpenvinoFolder")  # by which it is known
    library = ascendcl.get_library_dir() / "libascendcl.so"
    content = library.read_bytes()
    for name_of_function in helps:
        assert name_of_function in content
        content = content.replace(name_of_function, name_of_function[:-1] + b"X")
    (tmp_path / library.name).write_bytes(content)
    script = "assert acl.runtime_info().kind == 'cann'\n" + script_of(name)
    script += "\nassert acl.get_recent_err_msg() is None"
    environment = {"ASCENDCL_RUNTIME": "cann", "LD_LIBRARY_PATH": str(tmp_path)}
    answer = interrupt(script, tmp_path, digits, **environment)
    assert answer == (0, "interrupted\n", "")


def test_a_handler_that_does_not_raise_lets_the_wait_go_on(tmp_path: Path, digits: Path) -> None:
    script = """
    def handle(number, frame): print("handled", flush=True); event.record(other)
    signal.signal(signal.SIGINT, handle)
    print("ready", flush=True)
    stream.synchronize()
    assert acl.get_recent_err_msg() is None
    print("over")
    """
    assert interrupt(script, tmp_path, digits) == (0, "handled\nover\n", "")


def test_a_call_behind_many_runs(tmp_path: Path, digits: Path) -> None:
    """It is taken out of the line, and never runs."""
    script = """
    import asyncio
    from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
    graph = GraphBuilder("slow")
    spec = TensorSpec((1024, 1024), "float32", "ND")
    x = graph.data("x", spec)
    flags = {"transpose_x1": False, "transpose_x2": False}
    for i in range(8):
        x = graph.op("MatMulV2", [x, x], spec, name=f"square_{i}", attrs=flags)
    graph.output([x], ["y"])
    model = acl.Model.from_bytes(ModelBuilder(graph).to_bytes())
    matrix = np.eye(1024, dtype=np.float32)
    out, late = np.zeros_like(matrix), np.zeros_like(matrix)
    async def submit():
        return [model.run_async(matrix, out=[out]) for _ in range(1000)]
    loop = asyncio.new_event_loop()
    futures = loop.run_until_complete(submit())
    print("ready", flush=True)
    try:
        model(matrix, out=[late])
    except KeyboardInterrupt:
        print("interrupted", late.any(), flush=True)
    os._exit(0)
    """
    assert interrupt(script, tmp_path, digits) == (0, "interrupted False\n", "")


def test_in_a_destructor(tmp_path: Path, digits: Path) -> None:
    """It cannot raise there: the interrupt comes up right after, and the stream is left alone."""
    script = """
    print("ready", flush=True)
    try:
        del stream
        for _ in range(1000): pass
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    event.record(other)
    """
    code, output, errors = interrupt(script, tmp_path, digits)
    assert (code, output) == (0, "interrupted\n")
    assert "AclWarning" in errors


def test_ctrl_c_at_exit(tmp_path: Path, digits: Path) -> None:
    code, _output, errors = interrupt("print('ready', flush=True)\nsys.exit(3)", tmp_path, digits)
    assert code == 3
    assert "KeyboardInterrupt" in errors or "AclWarning" in errors


ENDLESS = {
    "a stream": "",
    "a stream of the flat functions": (
        "queue, ret = acl.rt.create_stream()\n"
        "assert acl.rt.stream_wait_event(queue, event.handle) == 0\n"
        "event.record(other); stream.synchronize(); never, ret = acl.rt.create_event()\n"
        "assert acl.rt.stream_wait_event(queue, never) == 0"
    ),
    "a thread that waits": (
        "import threading\n"
        "threading.Thread(target=stream.synchronize, daemon=True).start()\ntime.sleep(0.2)"
    ),
    "a thread that closes": (
        "import threading\n"
        "threading.Thread(target=stream.close, daemon=True).start()\ntime.sleep(0.2)"
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_exit_ends(what: str, run_script: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Work that never ends does not keep the process, and is told of."""
    result = run_script(SETUP + ENDLESS[what])
    assert result.returncode == 0, result.stderr
    assert "AclWarning" in result.stderr
    assert "nobody records" in result.stderr
    assert "Traceback" not in result.stderr
