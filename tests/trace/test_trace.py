# SPDX-License-Identifier: Apache-2.0
"""ASCENDCL_TRACE: which slices stand on which tracks, and that the file is always whole."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from traces import Trace, run_traced

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL

HEAD = """
import os, signal
import numpy as np
import acl

def check(ret):
    assert ret == 0, acl.get_recent_err_msg()

check(acl.init())
check(acl.rt.set_device(0))
"""

COPIES = (
    HEAD
    + """
stream, ret = acl.rt.create_stream()
device, ret = acl.rt.malloc(1024, 0)
host, ret = acl.rt.malloc_host(1024)
check(acl.rt.memcpy(device, 1024, host, 1000, 1))
check(acl.rt.memcpy_async(host, 1024, device, 512, 2, stream))
check(acl.rt.memset_async(device, 1024, 0, 256, stream))
check(acl.rt.synchronize_stream(stream))
assert acl.rt.memcpy(device, 1, host, 2, 1) == 107000
check(acl.rt.destroy_stream(stream))
print(device, host)
"""
)


def test_calls_and_copies(tmp_path: Path) -> None:
    device, host = map(int, run_traced(COPIES, "trace.json", tmp_path).split())
    trace = Trace(tmp_path / "trace.json")
    [malloc] = trace.named("aclrtMalloc")
    assert malloc.process.startswith("host: python")
    assert malloc.args["size"] == 1024
    assert int(malloc.args["*devPtr"], 16) == device
    assert malloc.args["code"] == 0

    done, refused = trace.named("aclrtMemcpy")
    assert (refused.args["code"], refused.args["destMax"], refused.args["kind"]) == (107000, 1, 1)
    [up] = trace.named("host to device")
    assert (up.args["bytes"], int(up.args["dst"], 16), int(up.args["src"], 16)) == (
        1000,
        device,
        host,
    )
    assert done.holds(up)
    assert up.thread == done.thread

    [down] = trace.on_stream("copy")
    assert (down.process, down.name, down.args["bytes"]) == ("device 0", "device to host", 512)
    [submitted] = trace.named("aclrtMemcpyAsync")
    assert submitted.begin <= down.begin
    [fill] = trace.on_stream("fill")
    assert (fill.thread, fill.args["bytes"]) == (down.thread, 256)
    assert fill.begin >= down.end


EXECUTIONS = (
    HEAD
    + """
from ascendcl.data import DIGITS_MODEL

model, ret = acl.mdl.load_from_file(str(DIGITS_MODEL))
check(ret)
again, ret = acl.mdl.load_from_file(str(DIGITS_MODEL))
check(ret)
desc = acl.mdl.create_desc()
check(acl.mdl.get_desc(desc, model))

def data_set(size):
    address, ret = acl.rt.malloc(size, 0)
    check(ret)
    dataset = acl.mdl.create_dataset()
    _, ret = acl.mdl.add_dataset_buffer(dataset, acl.create_data_buffer(address, size))
    check(ret)
    return dataset

inputs = data_set(acl.mdl.get_input_size_by_index(desc, 0))
outputs = data_set(acl.mdl.get_output_size_by_index(desc, 0))
for _ in range(3):
    check(acl.mdl.execute(model, inputs, outputs))
stream, ret = acl.rt.create_stream()
check(acl.mdl.execute_async(again, inputs, outputs, stream))
check(acl.rt.synchronize_stream(stream))
print(model, again)
"""
)


def test_executions_with_their_ops(tmp_path: Path) -> None:
    model, again = map(int, run_traced(EXECUTIONS, "trace.json", tmp_path).split())
    trace = Trace(tmp_path / "trace.json")
    executions = trace.of_category("execution")
    assert [(e.name, e.args["model"]) for e in executions] == [("digits", model)] * 3 + [
        ("digits", again)
    ]
    for call, execution in zip(trace.named("aclmdlExecute"), executions, strict=False):
        assert (call.args["modelId"], call.thread) == (model, execution.thread)
        assert call.holds(execution)
    assert list(trace.on_stream("execution")) == executions[3:]
    ops = trace.of_category("op")
    for execution in executions:
        own = [op for op in ops if execution.holds(op)]
        assert [op.args["type"] for op in own].count("Convolution") == 2
        assert all(op.thread == execution.thread for op in own)
        assert sum(op.end - op.begin for op in own) > 0


EVENTS = (
    HEAD
    + """
first, ret = acl.rt.create_stream()
second, ret = acl.rt.create_stream()
event, ret = acl.rt.create_event()
check(acl.rt.stream_wait_event(second, event))
check(acl.rt.record_event(event, first))
check(acl.rt.synchronize_stream(second))
check(acl.rt.synchronize_stream(first))
"""
)


def test_events(tmp_path: Path) -> None:
    run_traced(EVENTS, "trace.json", tmp_path)
    trace = Trace(tmp_path / "trace.json")
    [record] = trace.instants
    [wait] = trace.of_category("wait")
    assert (record.name, record.process) == ("record", "device 0")
    assert (wait.process, wait.args["code"]) == ("device 0", 0)
    assert wait.args["event"] == record.args["event"]
    assert wait.thread != record.thread
    assert record.begin <= wait.end


def test_text_is_escaped(tmp_path: Path) -> None:
    name = 'a "model" \\ \n\t\x01 über.om'
    program = HEAD + f"assert acl.mdl.load_from_file({name!r})[1] != 0"
    run_traced(program, "trace.json", tmp_path)
    [load] = Trace(tmp_path / "trace.json").named("aclmdlLoadFromFile")
    assert load.args["modelPath"] == name


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    program = HEAD + "assert acl.mdl.load_from_file('\\udcff\\udced\\udca0\\udc80x')[1] != 0"
    run_traced(program, "trace.json", tmp_path)
    [load] = Trace(tmp_path / "trace.json").named("aclmdlLoadFromFile")
    assert load.args["modelPath"] == "\ufffd" * 4 + "x"


def test_threads_have_tracks(tmp_path: Path) -> None:
    program = (
        HEAD
        + """
import threading
def work():
    check(acl.rt.set_device(0))
    for _ in range(200):
        address, ret = acl.rt.malloc_host(64)
        check(acl.rt.free_host(address))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    )
    run_traced(program, "trace.json", tmp_path)
    calls = Trace(tmp_path / "trace.json").named("aclrtMallocHost")
    counts = [sum(c.thread == thread for c in calls) for thread in {c.thread for c in calls}]
    assert counts == [200] * 4


@pytest.mark.parametrize(
    "end", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)", "os.abort()"]
)
def test_a_crash_loses_nothing(end: str, tmp_path: Path) -> None:
    code = {"_exi": 0, "kill": -signal.SIGKILL, "abor": -signal.SIGABRT}[end[3:7]]
    run_traced(COPIES + end, "trace.json", tmp_path, returncode=code)
    trace = Trace(tmp_path / "trace.json")
    assert trace.of_category("call")[-1].name == "aclrtDestroyStream"
    assert len(trace.named("aclrtMemcpy")) == 2


FORK = (
    HEAD
    + """
child = os.fork()
if child == 0:
    acl.rt.get_device_count()
    os._exit(0)
os.waitpid(child, 0)
check(acl.rt.reset_device(0))
print(os.getpid(), child)
"""
)


@pytest.mark.parametrize("pattern", ["trace-%p.json", "trace.json"])
def test_a_forked_child_has_its_own_file(pattern: str, tmp_path: Path) -> None:
    parent, child = run_traced(FORK, pattern, tmp_path).split()
    own = tmp_path / pattern.replace("%p", parent)
    of_child = tmp_path / f"trace-{child}.json"
    assert set(tmp_path.iterdir()) == {own, of_child}
    trace = Trace(own)
    assert len(trace.named("aclrtSetDevice")) == len(trace.named("aclrtResetDevice")) == 1
    assert not trace.named("aclrtGetDeviceCount")
    assert trace.pids == {int(parent)}
    other = Trace(of_child)
    assert [one.name for one in other.slices] == ["aclrtGetDeviceCount"]
    assert other.pids == {int(child)}


def test_a_child_that_makes_no_call_makes_no_file(tmp_path: Path) -> None:
    program = HEAD + "import subprocess; subprocess.run(['true'], check=True)"
    program += "\nchild = os.fork()\nif child == 0: os._exit(0)\nos.waitpid(child, 0)"
    run_traced(program, "trace.json", tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "trace.json"]


def test_a_file_in_use_is_left_alone(tmp_path: Path) -> None:
    """Processes that inherit the variable, such as workers, write files beside the first."""
    program = (
        HEAD
        + """
import subprocess, sys
worker = "import os, acl; acl.init(); print(os.getpid())"
done = subprocess.run([sys.executable, "-c", worker], check=True, capture_output=True, text=True)
print(done.stdout)
"""
    )
    worker = run_traced(program, "trace.json", tmp_path).strip()
    assert len(Trace(tmp_path / "trace.json").named("aclrtSetDevice")) == 1
    assert len(Trace(tmp_path / f"trace-{worker}.json").named("aclInit")) == 1


def test_the_next_run_writes_it_anew(tmp_path: Path) -> None:
    run_traced(COPIES, "trace.json", tmp_path)
    run_traced(HEAD, "trace.json", tmp_path)
    assert not Trace(tmp_path / "trace.json").named("aclrtMalloc")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nowhere/trace.json", "No such file or directory"),
        (".", "Is a directory"),
        ("/dev/full", "not a regular file"),
    ],
)
def test_a_path_that_cannot_be_written(path: str, why: str, tmp_path: Path) -> None:
    message = f"ascendcl: ASCENDCL_TRACE: cannot write {path}: {why}; no trace is written\n"
    assert run_traced(COPIES, path, tmp_path, stderr=message)


def test_no_variable_no_trace(tmp_path: Path) -> None:
    run_traced(COPIES, "", tmp_path)
    assert list(tmp_path.iterdir()) == []


PROGRAM = """
#include "acl/acl.h"

int main(void) {
    void *memory = NULL;
    if (aclInit(NULL) != ACL_SUCCESS || aclrtSetDevice(0) != ACL_SUCCESS) return 1;
    if (aclrtMalloc(&memory, 4096, ACL_MEM_MALLOC_HUGE_FIRST) != ACL_SUCCESS) return 2;
    if (aclrtMemset(memory, 4096, 0, 4000) != ACL_SUCCESS) return 3;
    return aclrtFree(memory);
}
"""


def test_a_c_program(tmp_path: Path) -> None:
    (tmp_path / "program.c").write_text(PROGRAM)
    binary = tmp_path / "program"
    library = acl.get_library_dir()
    flags = [f"-I{acl.get_include()}", f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
    subprocess.run(["cc", tmp_path / "program.c", "-o", binary, *flags], check=True)
    path = tmp_path / "trace.json"
    subprocess.run([binary], env={**os.environ, "ASCENDCL_TRACE": str(path)}, check=True)
    trace = Trace(path)
    names = [call.name for call in trace.of_category("call")]
    assert names == ["aclInit", "aclrtSetDevice", "aclrtMalloc", "aclrtMemset", "aclrtFree"]
    assert {call.process for call in trace.slices} == {"host: program"}
    [fill] = trace.of_category("fill")
    assert fill.args["bytes"] == 4000


def test_results_are_the_same_with_a_trace(tmp_path: Path) -> None:
    program = (
        HEAD
        + f"""
import ascendcl
rng = np.random.default_rng(1)
with ascendcl.Model.from_file({str(DIGITS_MODEL)!r}) as model:
    x = rng.random(model.inputs[0].shape, np.float32).astype(model.inputs[0].dtype)
    print(np.asarray(model(x)).tobytes().hex())
"""
    )
    assert run_traced(program, "trace.json", tmp_path) == run_traced(program, "", tmp_path)
