# SPDX-License-Identifier: Apache-2.0
"""A forked child refuses what its parent had in use, clearly, and ends without a crash."""

from __future__ import annotations

import pytest

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
