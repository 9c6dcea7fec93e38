# SPDX-License-Identifier: Apache-2.0
"""The switch, and what does not depend on which rule it is."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from model_objects import data_sets, load, started, succeed
from owned import finish, release
from runtime_programs import free_twice
from strict_mode import Strict

from abi import Library, held_up


def test_off_nothing_is_reported(acl: Library, strict: Strict, om: Path) -> None:
    strict.off()
    assert free_twice(acl, om) == 107000
    assert "ACL-" not in acl.message()
    assert strict.reports == []


def test_a_place_is_reported_once(acl: Library, strict: Strict) -> None:
    strict.on("warn")
    memory = started(acl).malloc(64)
    release(acl, memory)
    for _ in range(5):
        assert acl.aclrtFree(memory) == 107000
    assert strict.rules() == ["ACL-011"]


def test_in_mode_fail_every_call_fails(acl: Library, strict: Strict) -> None:
    strict.on("fail")
    memory = started(acl).malloc(64)
    release(acl, memory)
    for _ in range(3):
        assert acl.aclrtFree(memory) == 107000
        assert "ACL-011" in acl.message()


def test_a_failed_call_does_nothing(acl: Library, strict: Strict) -> None:
    """Memory in use is still there after an aclrtFree that failed."""
    strict.on("fail")
    device, host = started(acl).malloc(64), acl.malloc_host(64)
    stream = acl.create_stream()
    ctypes.memset(host, 7, 64)
    with held_up(acl, stream):
        kind = acl.ACL_MEMCPY_HOST_TO_DEVICE
        succeed(acl, "aclrtMemcpyAsync", device, 64, host, 64, kind, stream)
        assert acl.aclrtFree(device) == 148051
    assert acl.read(device, 64) == bytes([7]) * 64
    succeed(acl, "aclrtFreeHost", host)
    release(acl, device)
    succeed(acl, "aclrtDestroyStream", stream)
    finish(acl)


def test_turning_it_off_forgets(acl: Library, strict: Strict) -> None:
    strict.on("fail")
    dataset, memory = started(acl).aclmdlCreateDataset(), acl.malloc(64)
    release(acl, memory)
    strict.off()
    succeed(acl, "aclmdlDestroyDataset", dataset)
    strict.on("fail")
    finish(acl)


def test_objects_made_before_are_left_alone(acl: Library, strict: Strict, om: Path) -> None:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    stream = acl.create_stream()
    strict.on("fail")
    succeed(acl, "aclmdlExecuteAsync", model, inputs.handle, outputs.handle, stream)
    succeed(acl, "aclrtSynchronizeStream", stream)
    release(acl, inputs, outputs)
    succeed(acl, "aclmdlUnload", model)
    succeed(acl, "aclrtDestroyStream", stream)
    finish(acl)


def test_a_mode_that_is_none(acl: Library) -> None:
    library = acl._cdll
    assert library.ascendclSetStrictMode(4) == 100000
    assert library.ascendclSetStrictMode(-1) == 100000
    assert library.ascendclGetStrictMode() == 0


def test_a_late_write_shows_at_finalize(acl: Library, strict: Strict) -> None:
    """Nobody sees a store by the program itself; the pattern in the freed memory does."""
    strict.on("warn")
    memory = started(acl).malloc(1000)
    release(acl, memory)
    ctypes.memset(memory + 10, 0, 1)
    finish(acl)
    assert strict.rules() == ["ACL-011"]
    assert "of 1000 bytes was written to at offset 10 after it was freed" in strict.reports[0]


def test_a_late_write_shows_when_the_memory_leaves(
    acl: Library, strict: Strict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASCENDCL_STRICT_QUARANTINE", "64K")
    strict.on("warn")
    memory = started(acl).malloc(1000)
    release(acl, memory)
    ctypes.memset(memory + 10, 0, 1)
    for _ in range(100):
        assert strict.reports == [] or strict.rules() == ["ACL-011"]
        release(acl, acl.malloc(1000))
    assert strict.rules() == ["ACL-011"]
    finish(acl)


def test_freed_memory_is_not_handed_out_again(acl: Library, strict: Strict) -> None:
    strict.on("fail")
    started(acl)
    seen: set[int] = set()
    for _ in range(200):
        memory = acl.malloc(4096)
        assert memory not in seen
        seen.add(memory)
        release(acl, memory)
    finish(acl)


def test_kept_memory_is_not_counted_as_used(acl: Library, strict: Strict) -> None:
    strict.on("fail")
    started(acl)
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    succeed(acl, "aclrtGetMemInfo", 1, ctypes.byref(free), ctypes.byref(total))
    before = free.value
    release(acl, acl.malloc(1 << 20))
    succeed(acl, "aclrtGetMemInfo", 1, ctypes.byref(free), ctypes.byref(total))
    assert free.value == before


def test_leaks_of_one_place_are_one_line(acl: Library, strict: Strict) -> None:
    strict.on("warn")
    started(acl)
    for size in range(1, 32):
        acl.malloc(size)
    acl.malloc(7)
    succeed(acl, "aclrtResetDevice", 0)
    succeed(acl, "aclFinalize")
    assert strict.rules() == ["ACL-012"]
    assert "31 x device memory, 496 bytes in all, made here:" in strict.reports[0]
    assert strict.reports[0].count("made here") == 2


def test_a_long_list_of_leaks_is_cut(acl: Library, strict: Strict) -> None:
    strict.on("warn")
    started(acl)
    source = "\n".join("allocate()" for _ in range(31))
    exec(compile(source, "many_places.py", "exec"), {"allocate": lambda: acl.malloc(64)})
    succeed(acl, "aclrtResetDevice", 0)
    succeed(acl, "aclFinalize")
    assert strict.rules() == ["ACL-012"]
    assert strict.reports[0].count("made here") == 20
    assert "and more from 11 other places" in strict.reports[0]


def _exit_of(program: str, mode: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "ASCENDCL_STRICT": mode},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("mode", ["warn", "fail"])
def test_without_finalize_leaks_are_told_at_exit(mode: str) -> None:
    """By place and kind, with numbers and bytes."""
    program = """
import acl
acl.init()
acl.rt.set_device(0)
for _ in range(40):
    acl.rt.malloc(1000, 0)
stream, _ = acl.rt.create_stream()
"""
    told = _exit_of(program, mode)
    assert told.count("ACL-012") == 1
    assert "at the end of the process, without aclFinalize, there is still" in told
    assert "40 x device memory, 40000 bytes in all, made here:" in told
    assert "<string>:6 in <module>" in told
    assert "stream 0x" in told


def test_with_finalize_nothing_is_told_at_exit() -> None:
    program = """
import acl
acl.init()
acl.init()  # answers 100002, with which a program goes on
acl.rt.set_device(0)
memory, _ = acl.rt.malloc(1000, 0)
acl.rt.free(memory)
acl.rt.reset_device(0)
"""
    assert _exit_of(program, "fail") == ""


def test_threads(acl: Library, strict: Strict) -> None:
    """Eight threads with streams of their own; the mode changes all the time."""
    started(acl)
    context = acl.current_context()
    strict.on("fail")
    unexpected: list[BaseException] = []
    ended = threading.Event()

    def work(seed: int) -> None:
        try:
            assert acl.aclrtSetCurrentContext(context) == 0
            stream, event = acl.create_stream(), acl.create_event()
            for _ in range(100):
                device, host = acl.malloc(256), acl.malloc_host(256)
                ctypes.memset(host, seed, 256)
                kind = acl.ACL_MEMCPY_HOST_TO_DEVICE
                succeed(acl, "aclrtMemcpyAsync", device, 256, host, 256, kind, stream)
                succeed(acl, "aclrtRecordEvent", event, stream)
                succeed(acl, "aclrtSynchronizeStream", stream)
                assert acl.read(device, 256) == bytes([seed]) * 256
                succeed(acl, "aclrtFree", device)
                succeed(acl, "aclrtFreeHost", host)
            succeed(acl, "aclrtDestroyEvent", event)
            succeed(acl, "aclrtDestroyStream", stream)
        except BaseException as error:
            unexpected.append(error)

    def switch() -> None:
        while not ended.is_set():
            for mode in (3, 0, 2):
                acl._cdll.ascendclSetStrictMode(mode)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 9)]
    switcher = threading.Thread(target=switch)
    for thread in (*threads, switcher):
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    switcher.join()
    assert not unexpected


def test_abort(acl: Library, strict: Strict, om: Path) -> None:
    """The process ends in the call at fault; this one looks on."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.dup2(write, 2)
        faulthandler.disable()
        strict.on("abort")
        free_twice(acl, om)
        os._exit(0)
    os.close(write)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert b"ACL-011" in os.read(read, 1 << 16)


def test_a_forked_child_is_refused_as_ever(acl: Library, strict: Strict) -> None:
    strict.on("fail")
    memory = started(acl).malloc(64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os._exit(0 if acl.aclrtFree(memory) == 107002 else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_python_switch() -> None:
    """acl.strict: the mode, the context manager, a wrong mode."""
    script = """
import ascendcl as acl
first = acl.strict("fail")
assert (first.mode, first.before) == ("fail", "off"), first
with acl.strict("warn") as inner:
    assert inner.before == "fail"
    memory, ret = acl.rt.malloc(64, 0)
assert acl.strict("off").before == "fail"
with acl.strict():
    pass
try:
    acl.strict("loud")
except ValueError as error:
    assert "loud" in str(error)
else:
    raise AssertionError
acl.strict("fail")
acl.init()
acl.rt.set_device(0)
memory, ret = acl.rt.malloc(64, 0)
assert ret == 0 and acl.rt.free(memory) == 0
try:
    acl.Model.from_file("/nowhere.om")
except acl.AclFileNotFoundError:
    pass
assert acl.rt.free(memory) == 107000
assert "ACL-011" in acl.get_recent_err_msg()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)


def test_a_runtime_without_strict_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    import ascendcl

    monkeypatch.setattr(ascendcl._acl.core, "set_strict_mode", lambda mode: None)
    with pytest.raises(ascendcl.NotSupportedError, match="ASCENDCL_RUNTIME=host"):
        ascendcl.strict()
