# SPDX-License-Identifier: Apache-2.0
"""Weights that processes share: pickled buffers, and what happens when some of them end."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from lifetime.weight_processes import image, load, own, serve, used
from written_models import static_dense

MIB = 1 << 20


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_others_go_on_when_the_owner_is_killed(digits: Path, method: str) -> None:
    context = multiprocessing.get_context(method)
    here, there = context.Pipe()
    owner = context.Process(target=own, args=(digits, there))
    owner.start()
    weight = here.recv()
    pipes, workers = [], []
    for _ in range(4):
        mine, theirs = context.Pipe()
        worker = context.Process(target=serve, args=(digits, weight, theirs))
        worker.start()
        pipes.append(mine)
        workers.append(worker)
    memory = [pipe.recv() for pipe in pipes]
    assert owner.pid is not None
    os.kill(owner.pid, signal.SIGKILL)
    owner.join()
    weight.close()
    with acl.Model.from_file(digits) as model:
        for seed in range(20):
            for pipe in pipes:
                pipe.send(seed)
            expected = model(image(seed))
            assert all(np.array_equal(pipe.recv(), expected) for pipe in pipes)
    for pipe in pipes:
        pipe.send(None)
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    # The weights are counted where they were allocated, and nowhere else.
    assert all(imported == 0 for imported, _, _ in memory)
    assert all(loaded < 2 * MIB for _, loaded, _ in memory)
    assert {size for _, _, size in memory} == {acl.query_size(digits).weight}


def test_in_one_process(digits: Path) -> None:
    size = acl.query_size(digits).weight
    before = used()
    with acl.DeviceBuffer(size, shareable=True) as weight:
        assert used() - before == 2 * MIB
        with acl.Model.from_file(digits, weight=weight) as model:
            again = pickle.loads(pickle.dumps(weight))
            assert used() - before < 3 * MIB
            assert again.ptr != weight.ptr
            with acl.Model.from_file(digits, weight=again) as other:
                assert np.array_equal(other(image(1)), model(image(1)))
            again.close()
            assert copy.copy(weight).size == size
    assert used() == before


def test_another_model_is_refused(digits: Path, tmp_path: Path) -> None:
    dense = tmp_path / "dense.om"
    dense.write_bytes(static_dense(2))
    with acl.DeviceBuffer(MIB, shareable=True) as weight:
        acl.Model.from_file(dense, weight=weight).close()
        acl.Model.from_file(digits, weight=weight).close()  # it is this process's alone
        data = pickle.dumps(weight)
        for buffer in (weight, pickle.loads(data)):
            with pytest.raises(acl.BufferInUse, match="another model"):
                acl.Model.from_file(dense, weight=buffer)
            with pytest.raises(acl.BufferInUse):
                acl.Model.from_file(digits, work=buffer)
            with pytest.raises(acl.BufferInUse):
                buffer.fill(0)
            with pytest.raises(acl.BufferInUse):
                buffer.copy_from(bytes(4))
            acl.Model.from_file(digits, weight=buffer).close()
            buffer.close()


def test_of_two_models_that_are_loaded_at_once_one_wins(digits: Path, tmp_path: Path) -> None:
    """A buffer may be pickled before there are weights in it."""
    dense = tmp_path / "dense.om"
    dense.write_bytes(static_dense(2))
    context = multiprocessing.get_context("forkserver")
    for _ in range(3):
        with acl.DeviceBuffer(MIB, shareable=True) as weight:
            start = context.Event()
            pipes, workers = [], []
            for path in (digits, dense, digits, dense):
                mine, theirs = context.Pipe()
                worker = context.Process(target=load, args=(path, weight, start, theirs))
                worker.start()
                pipes.append(mine)
                workers.append(worker)
            start.set()
            answers = [pipe.recv() for pipe in pipes]
            assert answers in (["loaded", True] * 2, [True, "loaded"] * 2)
            for worker in workers:
                worker.join()
            with pytest.raises(acl.BufferInUse):
                acl.Model.from_file(digits if answers[0] is True else dense, weight=weight)


def test_a_buffer_of_this_process_alone(digits: Path) -> None:
    for buffer in (acl.DeviceBuffer(64), acl.Workspace(64)):
        with buffer, pytest.raises(TypeError, match="shareable=True"):
            pickle.dumps(buffer)


def test_what_is_gone_is_told(digits: Path) -> None:
    size = acl.query_size(digits).weight
    with acl.DeviceBuffer(size, shareable=True) as weight:
        acl.Model.from_file(digits, weight=weight).close()
        data = pickle.dumps(weight)
    with pytest.raises(acl.AclValueError, match="freed"):
        pickle.loads(data)
    program = f"""
import pickle, sys, ascendcl as acl
weight = acl.DeviceBuffer({size}, shareable=True)
acl.Model.from_file({str(digits)!r}, weight=weight).close()
sys.stdout.buffer.write(pickle.dumps(weight))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=120
    )
    with pytest.raises(acl.AclValueError, match="ended"):
        pickle.loads(ended.stdout)


PROPERTIES = {
    "handleType": 0,
    "allocationType": 0,
    "memAttr": 4,
    "location": {"id": 0, "type": 1},
    "reserve": 0,
}


def test_what_others_write_to_is_not_shared(digits: Path) -> None:
    with acl.DeviceBuffer(acl.query_size(digits).weight, shareable=True) as weight:
        with acl.Model.from_file(digits, weight=weight) as model:
            spec = model.outputs[0]
            expected = model(image(0))
        array = acl.DeviceArray(spec.shape, spec.dtype, buffer=weight)
        view = memoryview(array)
        with pytest.raises(acl.BufferInUse):
            pickle.dumps(weight)
        view[0, 0] = 1  # it is not a model's: the view is as good as before
        view.release()
        with acl.Model.from_file(digits) as model, model.bind([image(0)], [array]) as bound:
            with pytest.raises(acl.BufferInUse):
                pickle.dumps(weight)
            bound()
        pickle.dumps(weight)
        with acl.Model.from_file(digits, weight=weight) as model:
            assert np.array_equal(model(image(0)), expected)
        with pytest.raises(acl.BufferInUse):
            memoryview(array)


def import_in_another_process(handle: int) -> str:
    program = f"""
import acl
acl.init(); acl.rt.set_device(0)
memory, code = acl.rt.mem_import_from_shareable_handle({handle}, 0)
if code == 0:
    address, code = acl.rt.reserve_mem_address({2 * MIB}, 0, 0, 0)
    code = code or acl.rt.map_mem(address, {2 * MIB}, 0, memory, 0)
    print(acl.util.ptr_to_bytes(address, 5).decode(), acl.rt.unmap_mem(address))
print(code)
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    return result.stdout


def test_flat_functions_and_processes_that_are_named() -> None:
    with acl.Device(0) as device:
        device.set_current()
        export_and_import()


def export_and_import() -> None:
    memory, code = acl.rt.malloc_physical(2 * MIB, PROPERTIES, 0)
    assert code == 0
    address, code = acl.rt.reserve_mem_address(2 * MIB, 0, 0, 0)
    assert (code, acl.rt.map_mem(address, 2 * MIB, 0, memory, 0)) == (0, 0)
    text = b"hello"
    assert acl.rt.memcpy(address, 5, acl.util.bytes_to_ptr(text), 5, 1) == 0
    handle, code = acl.rt.mem_export_to_shareable_handle(memory, 0, 0)
    assert code == 0
    assert import_in_another_process(handle).split() == ["107017"]  # not named
    assert acl.rt.mem_set_pid_to_shareable_handle(handle, [os.getpid() + 1]) == 0
    for_all, code = acl.rt.mem_export_to_shareable_handle(memory, 0, 1)
    assert code == 0
    assert import_in_another_process(for_all).split() == ["hello", "0", "0"]
    for wrong in (0, 1, handle ^ 1 << 60, handle + (1 << 22), 2**64 - 1, os.getpid()):
        assert acl.rt.mem_import_from_shareable_handle(wrong, 0)[1] == 107000
    assert acl.rt.mem_import_from_shareable_handle(handle, 99)[1] == 107001
    assert acl.rt.mem_export_to_shareable_handle(memory, 5, 0)[1] == 100000
    assert acl.rt.mem_export_to_shareable_handle(memory, 0, 8)[1] == 100000
    assert acl.rt.mem_set_pid_to_shareable_handle(handle, list(range(1, 1000))) == 100000
    assert acl.rt.unmap_mem(address) == acl.rt.release_mem_address(address) == 0
    assert acl.rt.free_physical(memory) == 0
    assert acl.rt.mem_import_from_shareable_handle(handle, 0)[1] == 107000
