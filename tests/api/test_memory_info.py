# SPDX-License-Identifier: Apache-2.0
"""acl.memory_info: who has a device's memory, and that unloading gives it back."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

import ascendcl as acl


def runtime_count() -> int:
    with acl.Device(0) as device:
        info = device.memory_info()
        return info.total - info.free


def nbytes(*tensors: acl.TensorInfo) -> int:
    return sum(info.nbytes for info in tensors)


def test_it_sums_to_the_runtimes_count(digits: Path) -> None:
    gc.collect()
    size = acl.query_size(digits)
    before = acl.memory_info()
    assert before.used == runtime_count()
    with (
        acl.Workspace.for_models([digits]) as work,
        acl.DeviceBuffer(size.weight) as weight,
        acl.Model.from_file(digits, work=work, weight=weight) as one,
        acl.Model.from_file(digits),
        acl.DeviceArray((3, 4), np.float32) as array,
        acl.DeviceBuffer(1000) as plain,
    ):
        now = acl.memory_info()
        assert now.used == runtime_count() == now.work + now.weight + now.io + now.other
        tensors = nbytes(*one.inputs, *one.outputs)
        assert now.work - before.work == 2 * size.work
        assert now.weight - before.weight == 2 * size.weight
        group = sum((info.nbytes + 32 + 63) // 64 * 64 for info in (*one.inputs, *one.outputs))
        assert now.io - before.io == group + tensors + array.nbytes
        rounding = now.other - before.other - plain.size
        assert 0 <= rounding < 64 * 12  # what aclrtMalloc adds to each block
        added = sorted(set(now.holders) - set(before.holders))
        assert added == sorted(
            {
                acl.MemoryHolder("Workspace", "work", size.work),
                acl.MemoryHolder("Workspace", "io", group),
                acl.MemoryHolder("DeviceBuffer", "weight", size.weight),
                acl.MemoryHolder("digits.om", "work", size.work),
                acl.MemoryHolder("digits.om", "weight", size.weight),
                acl.MemoryHolder("digits.om", "io", tensors),
                acl.MemoryHolder("DeviceBuffer", "io", array.nbytes),
                acl.MemoryHolder("DeviceBuffer", "other", 1000),
            }
        )
        sizes = [holder.nbytes for holder in now.holders]
        assert sizes == sorted(sizes, reverse=True)
    gc.collect()
    assert acl.memory_info() == before


def test_memory_of_others_is_counted_once(digits: Path) -> None:
    size = acl.query_size(digits).weight
    with acl.DeviceBuffer(size, shareable=True) as weight:
        again = pickle.loads(pickle.dumps(weight))
        borrowed = acl.DeviceBuffer.from_handle(weight.ptr, size, weight)
        info = acl.memory_info()
        assert [holder.nbytes for holder in info.holders].count(size) == 1
        assert info.other >= 0
        borrowed.close()
        again.close()


def test_a_failed_allocation_names_the_largest_holders(digits: Path) -> None:
    program = f"""
        import ascendcl as acl
        with acl.DeviceBuffer(3_000_000) as buffer, acl.Model.from_file({str(digits)!r}) as model:
            try:
                acl.DeviceBuffer(1 << 40)
            except acl.AclMemoryError as error:
                print(error)
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_MEMORY": str(1 << 24)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "the largest holders: DeviceBuffer (other) 3000000 bytes on device 0" in result.stdout
    assert "digits.om (weight)" in result.stdout


def test_unloading_gives_memory_back(digits: Path) -> None:
    """To the byte by the runtime's count; what the process keeps does not grow with cycles."""
    size = acl.query_size(digits)
    image = np.zeros((1, 1, 8, 8), np.float32)

    def cycle() -> None:
        with (
            acl.DeviceBuffer(size.work) as work,
            acl.DeviceBuffer(size.weight) as weight,
            acl.Model.from_file(digits, work=work, weight=weight) as model,
        ):
            model(image)

    def resident() -> int:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    for _ in range(10):
        cycle()
    counted, held = runtime_count(), resident()
    for _ in range(40):
        cycle()
    assert runtime_count() == counted
    assert resident() - held < 8 << 20  # 40 loads of it are 60 MiB where nothing is given back
