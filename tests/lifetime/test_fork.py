# SPDX-License-Identifier: Apache-2.0
"""A forked child refuses what its parent had in use, clearly, and ends without a crash."""

from __future__ import annotations

import pytest

# What a parent may have done without harm to its child.
HARMLESS = {
    "query_size": "acl.query_size(DIGITS)",
    "Device.count": "acl.Device.count()",
    "get_device_count": "acl.rt.get_device_count()",
    "get_soc_name": "acl.get_soc_name()",
    "init": "acl.init()",
    "a closed model": "with acl.Model.from_file(DIGITS) as model: model(image)",
    "closed models of two threads": (
        "import threading\n"
        "def use():\n"
        "    with acl.Model.from_file(DIGITS) as model: model(image)\n"
        "threads = [threading.Thread(target=use) for _ in range(2)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]"
    ),
    "all closed": (
        "with acl.Device(0), acl.Stream() as stream, acl.Event() as event, acl.DeviceBuffer(64):\n"
        "    event.record(stream); stream.synchronize()"
    ),
    "flat and back": (
        "assert acl.init() == 0 and acl.rt.set_device(0) == 0\n"
        "model_id, ret = acl.mdl.load_from_file(DIGITS)\n"
        "assert acl.mdl.unload(model_id) == 0 and acl.rt.reset_device(0) == 0\n"
        "assert acl.finalize() == 0"
    ),
}

USES = """
import os, signal, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 on: forking with threads about
def run():
    signal.alarm(100)  # a child that hangs
    size = acl.query_size(DIGITS)
    with acl.DeviceBuffer(size.work) as work, acl.Stream() as stream:
        with acl.Model.from_file(DIGITS, work=work) as model:
            stream.synchronize()
            return model(image)
def in_child(use):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try: use()
        except BaseException as error: print(repr(error), file=sys.stderr, flush=True); os._exit(1)
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@pytest.mark.parametrize("before", HARMLESS)
def test_questions_and_what_is_closed_do_no_harm(before: str, run_script) -> None:
    """Child, grandchild and parent all load and run, again and again."""
    result = run_script(
        USES
        + HARMLESS[before]
        + """
def child():
    first = run()
    assert (run() == first).all()
    assert in_child(run) == 7
    assert acl.Device.count() == 1 and acl.rt.get_device_count() == (1, 0)
assert in_child(child) == 7
expected = run()
assert in_child(lambda: (run() == expected).all() or sys.exit(1)) == 7
run()
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_fork_pool_after_a_closed_model(run_script) -> None:
    result = run_script(
        USES
        + """
import multiprocessing
if __name__ == "__main__":
    expected = run()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        results = [pool.apply_async(run) for _ in range(4)]
        assert all((result.get(100) == expected).all() for result in results)
    assert (run() == expected).all()
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_prefork_server(run_script) -> None:
    """gunicorn --preload: the application looks at its model, then workers are forked and load."""
    result = run_script(
        USES
        + """
import socket
expected = run()
assert acl.Device.count() == 1
server = socket.create_server(("127.0.0.1", 0))
def work():
    with acl.Model.from_file(DIGITS) as model:
        for _ in range(3):
            connection, _ = server.accept()
            with connection:
                data = connection.recv(256, socket.MSG_WAITALL)
                answer = model(np.frombuffer(data, np.float32).reshape(image.shape))
                connection.sendall(answer.tobytes())
workers = []
for _ in range(2):
    child = os.fork()
    if child == 0:
        signal.alarm(100)
        try: work()
        finally: os._exit(7)
    workers.append(child)
for _ in range(6):
    with socket.create_connection(server.getsockname(), timeout=100) as client:
        client.sendall(image.tobytes())
        assert client.recv(4096, socket.MSG_WAITALL) == expected.tobytes()
for child in workers:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "alive", ["acl.init(); acl.rt.set_device(0)", "kept = acl.Model.from_file(DIGITS)"]
)
def test_child_of_a_parent_with_live_objects(alive: str, run_script) -> None:
    """One clear error, whichever door the child takes, and in its own children too."""
    result = run_script(
        USES
        + alive
        + """
def refused():
    assert acl.init() == 107002
    assert "load them in each worker" in acl.get_recent_err_msg()
    assert acl.rt.set_device(0) == 107002
    assert acl.mdl.load_from_file(DIGITS)[1] != 0
    for use in (run, lambda: acl.Device(0), lambda: acl.Model.from_file(DIGITS)):
        try: use()
        except acl.ForkedError as error:
            for name in ("each worker", "gunicorn", "uWSGI", "Celery", "spawn"):
                assert name in str(error), name
        else: raise AssertionError("not refused")
assert in_child(refused) == 7
assert in_child(lambda: in_child(refused) == 7 or sys.exit(1)) == 7
"""
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


PARENT = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 on: forking with threads about
size = acl.query_size(DIGITS)
work = acl.DeviceBuffer(size.work)
model = acl.Model.from_file(DIGITS, work=work)
stream = acl.Stream()
expected = model(image)
sys.stdout.flush()
child = os.fork()
if child == 0:
    for use in (
        lambda: model(image),
        lambda: acl.Model.from_file(DIGITS),
        lambda: acl.DeviceBuffer(16),
        lambda: work.copy_to(bytearray(1)),
        lambda: acl.Stream(),
        lambda: acl.Device(0),
        lambda: acl.query_size(DIGITS),
        lambda: stream.synchronize(),
    ):
        try:
            use()
        except acl.ForkedError as error:
            assert "spawn" in str(error)
        else:
            os._exit(99)
    CHILD_ENDS
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
assert (model(image) == expected).all()
model.close()
work.close()
"""


@pytest.mark.parametrize(
    "ends",
    [
        "sys.exit(7)",
        "os._exit(7)",
        "del model, work, stream; sys.exit(7)",
        "model.close(); work.close(); stream.close(); sys.exit(7)",
    ],
)
def test_child_refuses(ends: str, run_script) -> None:
    result = run_script(PARENT.replace("CHILD_ENDS", ends))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_child_of_a_process_that_did_not_use_it(run_script) -> None:
    """Importing uses nothing: the child may."""
    result = run_script(
        """
        import os
        child = os.fork()
        if child == 0:
            with acl.Model.from_file(DIGITS) as model:
                os._exit(7 if model(image).shape == (1, 10) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        """
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_spawned_process_works(run_script) -> None:
    result = run_script(
        """
        import multiprocessing

        def classify(image):
            with acl.Model.from_file(DIGITS) as model:
                return model(image)

        if __name__ == "__main__":
            here = classify(image)
            context = multiprocessing.get_context("spawn")
            with context.Pool(1) as pool:
                (there,) = pool.map(classify, [image])
            assert (here == there).all()
        """
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
