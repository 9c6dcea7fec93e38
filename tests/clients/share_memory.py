# SPDX-License-Identifier: Apache-2.0
"""Weights exported by one process and imported by another, by flat functions."""

import subprocess
import sys

import numpy as np

import acl

UNIT = 2 << 20
PROP = {
    "handleType": 0,
    "allocationType": 0,
    "memAttr": 1,
    "location": {"id": 0, "type": 1},
    "reserve": 0,
}


def check(ret):
    assert ret == 0, (ret, acl.get_recent_err_msg())


def checked(result):
    *values, ret = result
    check(ret)
    return values[0]


def mapped(handle, size):
    address = checked(acl.rt.reserve_mem_address(size, 0, 0, 0))
    check(acl.rt.map_mem(address, size, 0, handle, 0))
    return address


def release(address, handle):
    check(acl.rt.unmap_mem(address))
    check(acl.rt.release_mem_address(address))
    check(acl.rt.free_physical(handle))


def importer():
    """The other process: told the handle once its own pid is admitted, it answers the bytes."""
    check(acl.init())
    check(acl.rt.set_device(0))
    print(checked(acl.rt.device_get_bare_tgid()), flush=True)
    shareable, size = map(int, sys.stdin.readline().split())
    handle = checked(acl.rt.mem_import_from_shareable_handle(shareable, 0))
    print("imported", flush=True)
    sys.stdin.readline()  # the owner has freed it
    address = mapped(handle, UNIT)
    result = np.zeros(size, np.uint8)
    check(acl.rt.memcpy(acl.util.numpy_to_ptr(result), size, address, size, 2))
    release(address, handle)
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    sys.stdout.write(result.tobytes().hex())


def main(_model_path, images):
    check(acl.init())
    check(acl.rt.set_device(0))
    data = np.frombuffer(np.ascontiguousarray(images).tobytes(), np.uint8)
    assert checked(acl.rt.mem_get_allocation_granularity(PROP, 0)) == UNIT
    handle = checked(acl.rt.malloc_physical(UNIT, PROP, 0))
    address = mapped(handle, UNIT)
    check(acl.rt.memcpy(address, UNIT, acl.util.numpy_to_ptr(data), data.size, 1))
    shareable = checked(acl.rt.mem_export_to_shareable_handle(handle, 0, 0))
    child = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(child.stdout.readline())
    check(acl.rt.mem_set_pid_to_shareable_handle(shareable, [pid]))
    child.stdin.write(f"{shareable} {data.size}\n")
    child.stdin.flush()
    assert child.stdout.readline() == "imported\n"
    release(address, handle)
    answer, _ = child.communicate("go\n")
    assert child.returncode == 0
    check(acl.rt.reset_device(0))
    check(acl.finalize())
    return np.frombuffer(bytes.fromhex(answer), images.dtype).reshape(images.shape)


if __name__ == "__main__":
    importer()
