# SPDX-License-Identifier: Apache-2.0
"""Python functions that the runtime calls, on the runtime that is installed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import acl

TIMEOUT = 100  # ms that process_report waits


class Reports:
    """A stream and a native thread that processes its reports."""

    def __init__(self) -> None:
        assert acl.rt.set_device(0) == 0
        self.context, _ = acl.rt.get_context()
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.running = True
        self.thread, ret = acl.util.start_thread(self.loop, [])
        assert ret == 0
        assert acl.rt.subscribe_report(self.thread, self.stream) == 0

    def loop(self, _: object) -> None:
        assert acl.rt.set_context(self.context) == 0
        while self.running:
            acl.rt.process_report(TIMEOUT)

    def launch(self, fn: Any, data: Any) -> int:
        code: int = acl.rt.launch_callback(fn, data, 1, self.stream)
        return code

    def close(self) -> None:
        self.running = False
        assert acl.rt.unsubscribe_report(self.thread, self.stream) == 0
        assert acl.util.stop_thread(self.thread) == 0
        assert acl.rt.destroy_stream(self.stream) == 0
        assert acl.rt.reset_device(0) == 0


@pytest.fixture(scope="module", autouse=True)
def _initialized() -> Iterator[None]:
    code = acl.init()
    yield
    if code == 0:
        acl.finalize()


@pytest.fixture
def reports() -> Iterator[Reports]:
    one = Reports()
    yield one
    one.close()


def test_runs_once_in_the_reporting_thread(reports: Reports) -> None:
    seen: list[Any] = []
    data = {"any": "object"}
    assert reports.launch(lambda given: seen.append((given, threading.get_ident())), data) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert seen == [(data, reports.thread)]
    assert seen[0][0] is data


class Data:
    """Something to refer to weakly."""


def test_references_are_held_until_the_call(reports: Reports) -> None:
    seen: list[Data] = []
    data = Data()
    alive = weakref.ref(data)
    assert reports.launch(seen.append, data) == 0
    del data
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert seen == [alive()]
    seen.clear()
    deadline = time.monotonic() + 5
    while alive() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive() is None


def test_exceptions_are_shown(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda info: shown.append(info.exc_value))
    assert reports.launch(lambda _: 1 // 0, None) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    seen: list[int] = []
    assert reports.launch(seen.append, 1) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert [type(error) for error in shown] == [ZeroDivisionError]
    assert seen == [1]


def test_a_failed_launch_keeps_nothing() -> None:
    assert acl.rt.set_device(0) == 0
    stream, _ = acl.rt.create_stream()
    data = Data()
    alive = weakref.ref(data)
    assert acl.rt.launch_callback(print, data, 1, stream) != 0  # not subscribed
    assert acl.rt.launch_callback(print, data, 9, stream) != 0
    del data
    assert alive() is None
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.rt.reset_device(0) == 0


def test_process_report_lets_others_run() -> None:
    assert acl.rt.set_device(0) == 0
    context, _ = acl.rt.get_context()
    stream, _ = acl.rt.create_stream()
    waited: list[float] = []

    def wait() -> None:
        acl.rt.set_context(context)
        assert acl.rt.subscribe_report(threading.get_ident(), stream) == 0
        start = time.monotonic()
        assert acl.rt.process_report(500) != 0  # nothing came
        waited.append(time.monotonic() - start)
        assert acl.rt.unsubscribe_report(threading.get_ident(), stream) == 0

    thread = threading.Thread(target=wait)
    thread.start()
    ticks = 0
    while not waited:
        ticks += 1
        time.sleep(0.01)
    thread.join()
    assert waited[0] > 0.4
    assert ticks > 10
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.rt.reset_device(0) == 0


SLOTS = """
import acl, weakref

class Callback:
    def __call__(self, *args): ...

# A runtime that refuses: the callable is not kept.
callback = Callback()
alive = weakref.ref(callback)
assert acl.rt.set_exception_info_callback(callback) == 200001
assert acl.mdl.dump_reg_callback(callback, 0) == 200001
assert acl.rt.allocator_set_alloc_func_to_desc(0, callback) == 200001
assert acl.op.register_compile_func("Add", callback) == 200001
assert acl.rt.set_exception_info_callback() == 200001
del callback
assert alive() is None
print("done")
"""


def test_refused_registrations_keep_nothing(failing_runtime: Path, run: Any) -> None:
    done = run(failing_runtime, SLOTS)
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


CALLING_RUNTIME = r"""
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef void (*info_fn)(void *);
struct chunk {
    char name[4096]; uint32_t len, last; int64_t offset; int32_t flag; uint8_t data[4];
};
typedef int32_t (*dump_fn)(const struct chunk *, int32_t);
typedef void *(*alloc_fn)(void *, size_t);
typedef int (*compile_fn)(int, void **, int, void **, void *, void *);
static info_fn on_info;
static dump_fn on_dump;
static alloc_fn on_alloc;
static compile_fn on_compile[2];
static int compile_count;
int aclInit(const char *path) { return 0; }
int aclrtSetExceptionInfoCallback(info_fn fn) { on_info = fn; return 0; }
int acldumpRegCallback(dump_fn fn, int32_t flag) { on_dump = fn; return 0; }
void acldumpUnregCallback(void) { on_dump = NULL; }
int aclrtAllocatorSetAllocFuncToDesc(void *desc, alloc_fn fn) { on_alloc = fn; return 0; }
int aclopRegisterCompileFunc(const char *op, compile_fn fn) {
    on_compile[compile_count++] = fn; return 0;
}
static int64_t result;
static void *call(void *which) {
    struct chunk chunk = {"dump.bin", 3, 1, 16, 7, {'a', 'b', 'c', 0}};
    void *descs[] = {(void *)1, (void *)2};
    switch ((intptr_t)which) {
        case 0: if (on_info) on_info((void *)0x1234); break;
        case 1: result = on_dump ? on_dump(&chunk, sizeof chunk) : -1; break;
        case 2: result = (intptr_t)on_alloc((void *)0x10, 64); break;
        default: result = on_compile[(intptr_t)which - 3](2, descs, 1, descs, (void *)8, (void *)9);
    }
    return NULL;
}
/* The code that the library answers is used to ask for a call from a thread of its own. */
int aclrtSetDevice(int32_t which) {
    pthread_t thread;
    pthread_create(&thread, NULL, call, (void *)(intptr_t)which);
    pthread_join(thread, NULL);
    return (int)result;
}
"""

FROM_FOREIGN_THREADS = """
import acl, sys, threading

seen = []
assert acl.rt.set_exception_info_callback(seen.append) == 0
acl.rt.set_device(0)
assert seen == [0x1234], seen
second = []
assert acl.rt.set_exception_info_callback(second.append) == 0
acl.rt.set_device(0)
assert (seen, second) == ([0x1234], [0x1234])
acl.rt.set_exception_info_callback(None)
acl.rt.set_device(0)
assert second == [0x1234]

def dump(chunk):
    payload = acl.util.ptr_to_bytes(chunk.pop("data_buf"), chunk["buf_len"])
    seen.append((chunk, payload, threading.current_thread() is threading.main_thread()))
    return 5
acl.mdl.dump_reg_callback(dump, 0)
assert acl.rt.set_device(1) == 5
fields = {"file_name": "dump.bin", "buf_len": 3, "is_last_chunk": 1, "offset": 16, "flag": 7}
assert seen[-1] == (fields, b"abc", False), seen[-1]
assert acl.mdl.dump_unreg_callback() is None
assert acl.rt.set_device(1) == -1

acl.rt.allocator_set_alloc_func_to_desc(0, lambda allocator, size: allocator + size)
assert acl.rt.set_device(2) == 0x10 + 64
acl.rt.allocator_set_alloc_func_to_desc(0, lambda allocator, size: None)
assert acl.rt.set_device(2) == 0

# Two operator types keep their own functions.
acl.op.register_compile_func("Add", lambda *args: seen.append(("Add", *args)))
acl.op.register_compile_func("Mul", lambda *args: 7)
assert acl.rt.set_device(3) == 0
assert seen[-1] == ("Add", 2, [1, 2], 1, [1], 8, 9), seen[-1]
assert acl.rt.set_device(4) == 7

shown = []
sys.unraisablehook = lambda info: shown.append(type(info.exc_value))
acl.rt.allocator_set_alloc_func_to_desc(0, lambda allocator, size: "no address")
assert acl.rt.set_device(2) == 0
acl.rt.allocator_set_alloc_func_to_desc(0, lambda: None)
assert acl.rt.set_device(2) == 0
assert len(shown) == 2 and shown[1] is TypeError, shown
print("done")
"""


def test_calls_from_the_runtimes_own_threads(
    tmp_path: Path, run: Any, compile_library: Any
) -> None:
    source = tmp_path / "calling.c"
    source.write_text(CALLING_RUNTIME)
    library = compile_library(tmp_path, source, options=("-x", "c", "-pthread"))
    done = run(library, FROM_FOREIGN_THREADS)
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr


AT_EXIT = """
import acl
acl.init()
acl.rt.set_device(0)
context, _ = acl.rt.get_context()
stream, _ = acl.rt.create_stream()
def loop():
    acl.rt.set_context(context)
    while True:
        acl.rt.process_report(20)
thread, _ = acl.util.start_thread(loop, None)
acl.rt.subscribe_report(thread, stream)
acl.rt.set_exception_info_callback(print)
for k in range(50):
    acl.rt.launch_callback(lambda data: sum(range(20000)), k, k % 2, stream)
"""


@pytest.mark.parametrize("attempt", range(6))
def test_exit_with_work_left(attempt: int) -> None:
    """Neither a crash nor a hang when the interpreter ends amid callbacks."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", AT_EXIT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (attempt, done.stderr)
