# SPDX-License-Identifier: Apache-2.0
"""Nothing leaks, nothing hangs: live counts, threads, process exit, fork."""

import ctypes
import os
import random
import subprocess
import sys
import textwrap
import threading
import warnings
from pathlib import Path

import pytest

from abi import Library, Struct, callback


def live(acl: Library) -> dict[str, int]:
    """Live objects by kind, as the host runtime counts them."""
    infos = (Struct.MemUsageInfo * 64)()
    found = ctypes.c_size_t()
    if acl.aclrtGetSocName() != b"Host":
        pytest.skip("only the host runtime counts its objects")
    assert acl.aclrtGetMemUsageInfo(0, infos, 64, ctypes.byref(found)) == 0
    return {info.name.decode(): info.reserved[0] for info in infos[: found.value]}


def use_everything(acl: Library) -> None:
    acl.set_device()
    context = acl.create_context()
    first, second = acl.create_stream(), acl.create_stream()
    event, notify = acl.create_event(), acl.out("aclrtCreateNotify", ctypes.c_void_p, 0)
    device, pinned = acl.malloc(1000), acl.malloc_host(1000)
    assert acl.aclrtMemcpyAsync(device, 1000, pinned, 1000, 1, first) == 0
    assert acl.aclrtRecordEvent(event, first) == 0
    assert acl.aclrtStreamWaitEvent(second, event) == 0
    assert acl.aclrtRecordNotify(notify, first) == 0
    assert acl.aclrtWaitAndResetNotify(notify, second, 0) == 0
    function = callback(lambda: None)
    assert acl.aclrtLaunchHostFunc(second, function, None) == 0
    assert acl.aclrtSynchronizeDevice() == 0
    buffer = acl.aclCreateDataBuffer(device, 1000)
    desc = acl.aclCreateTensorDesc(0, 0, None, 2)
    counted = live(acl)
    assert counted["stream"] >= 2
    for kind in ("context", "event", "notify", "data buffer", "tensor desc"):
        assert counted[kind] >= 1, kind
    assert counted["device memory"] == counted["pinned memory"] == 1
    acl.aclDestroyTensorDesc(desc)
    codes = [
        acl.aclDestroyDataBuffer(buffer),
        acl.aclrtFree(device),
        acl.aclrtFreeHost(pinned),
        acl.aclrtDestroyNotify(notify),
        acl.aclrtDestroyEvent(event),
        acl.aclrtDestroyStream(first),
        acl.aclrtDestroyContext(context),  # takes the second stream along
        acl.aclrtResetDevice(0),
    ]
    assert codes == [0] * 8


def test_everything_comes_back(acl: Library) -> None:
    for _ in range(20):
        use_everything(acl)
    assert not any(live(acl).values()), live(acl)


def test_threads_at_everything(acl: Library) -> None:
    acl.set_device()
    shared = acl.create_stream()
    context = acl.current_context()
    unexpected: list[object] = []

    def hammer(seed: int) -> None:
        try:
            assert acl.aclrtSetCurrentContext(context) == 0
            choice = random.Random(seed)
            for _ in range(150):
                size = choice.choice([1, 100, 5000, 200_000])
                stream = choice.choice([shared, acl.create_stream()])
                device, pinned = acl.malloc(size), acl.malloc_host(size)
                event = acl.create_event_ex(acl.ACL_EVENT_SYNC | acl.ACL_EVENT_TIME_LINE)
                ctypes.memset(pinned, seed, size)
                assert acl.aclrtMemcpyAsync(device, size, pinned, size, 1, stream) == 0
                assert acl.aclrtRecordEvent(event, stream) == 0
                assert acl.aclrtStreamWaitEvent(shared, event) == 0
                assert acl.aclrtSynchronizeEvent(event) == 0
                assert acl.read(device, size) == bytes([seed]) * size
                assert acl.aclrtDestroyEvent(event) == 0
                assert acl.aclrtFree(device) == 0
                assert acl.aclrtFreeHost(pinned) == 0
                if stream != shared:
                    assert acl.aclrtDestroyStream(stream) == 0
        except BaseException as error:
            unexpected.append(error)

    threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not unexpected
    assert acl.aclrtSynchronizeStream(shared) == 0


def test_a_handle_of_one_kind_is_none_of_another(acl: Library) -> None:
    acl.set_device()
    stream, event = acl.create_stream(), acl.create_event()
    assert acl.aclrtRecordEvent(stream, None) == 107017
    assert acl.aclrtSynchronizeStream(event) == 107017
    assert acl.aclrtSetCurrentContext(stream) == 107000


def test_a_destroyed_handle_never_comes_back(acl: Library) -> None:
    acl.set_device()
    seen = set()
    for _ in range(300):
        stream = acl.create_stream()
        assert stream not in seen
        seen.add(stream)
        assert acl.aclrtDestroyStream(stream) == 0
    assert all(acl.aclrtSynchronizeStream(stream) == 107017 for stream in seen)


@pytest.mark.parametrize("state", ["idle", "queued", "held up", "in a callback"])
def test_exit_with_streams_at_work(acl_library: str, state: str, tmp_path: Path) -> None:
    script = tmp_path / "leaves.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys, time
            sys.path.insert(0, {str(Path(__file__).parent)!r})
            from abi import Library, callback

            acl = Library({acl_library!r})
            acl.aclInit(None)
            acl.set_device()
            stream, event = acl.create_stream(), acl.create_event()
            device = acl.malloc(1 << 20)
            state = {state!r}
            if state == "held up":
                acl.aclrtStreamWaitEvent(stream, event)
            if state == "in a callback":
                function = callback(lambda: time.sleep(0.2))
                acl.aclrtLaunchHostFunc(stream, function, None)
            for _ in range(1 if state == "idle" else 500):
                acl.aclrtMemsetAsync(device, 1 << 20, 1, 1 << 20, stream)
            if state == "idle":
                acl.aclrtSynchronizeStream(stream)
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_forked_child_is_refused(acl: Library) -> None:
    if acl.aclrtGetSocName() != b"Host":
        pytest.skip("what other runtimes do in a forked child is not established")
    acl.set_device()
    device = acl.malloc(64)
    stream = acl.create_stream()
    assert acl.aclrtMemsetAsync(device, 64, 0, 64, stream) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        codes = [
            acl.aclrtSynchronizeStream(stream),
            acl.aclrtSetDevice(0),
            acl.aclrtFree(device),
            acl.aclrtMalloc(ctypes.byref(ctypes.c_void_p()), 64, 0),
        ]
        os._exit(0 if codes == [107002] * 4 else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert acl.aclrtSynchronizeStream(stream) == 0
