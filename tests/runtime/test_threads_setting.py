# SPDX-License-Identifier: Apache-2.0
"""``ASCENDCL_HOST_THREADS``: how many threads an execution on the host runtime has."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOAD = """
import ascendcl as acl
from ascendcl.data import DIGITS_MODEL
try:
    acl.Model.from_file(DIGITS_MODEL)
except acl.AclError as error:
    print(error)
"""


def printed(program: str, threads: str) -> str:
    """What a process of its own prints, with the variable set so."""
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_THREADS": threads},
    ).stdout


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("", True), ("1", True), ("64", True), ("two", False), ("-1", False), ("1.5", False)],
)
def test_no_number_is_refused_by_name(text: str, is_number: bool) -> None:
    output = printed(LOAD, text)
    complaint = f"ASCENDCL_HOST_THREADS='{text}' is not a number of threads"
    assert (complaint in output) == (not is_number)
    assert (output == "") == is_number


AT_ONCE = """
import threading
import numpy as np
import ascendcl as acl
from ascendcl.data import DIGITS_MODEL
random = np.random.default_rng(4)
images = random.uniform(0, 16, (4, 50, 1, 1, 8, 8)).astype(np.float32)
with acl.Model.from_file(DIGITS_MODEL) as model:
    expected = [[np.array(model(image)) for image in of_one] for of_one in images]
wrong = []
together = threading.Barrier(len(images))
def run(of_one, results):
    with acl.Model.from_file(DIGITS_MODEL) as model:
        together.wait()
        for _ in range(10):
            for image, result in zip(of_one, results):
                if not np.array_equal(model(image), result):
                    wrong.append(threading.current_thread().name)
threads = [threading.Thread(target=run, args=each) for each in zip(images, expected)]
for each in threads: each.start()
for each in threads: each.join()
print(len(wrong))
"""


@pytest.mark.parametrize("threads", ["1", "2"])
def test_runs_at_the_same_time_compute_the_same(threads: str) -> None:
    """In streams of the compiled model, or one after another: to the last bit."""
    assert printed(AT_ONCE, threads) == "0\n"
