# SPDX-License-Identifier: Apache-2.0
"""The Ray Serve example with a replica that is killed, and with one replica more.

Not a part of the test suite: run by .ci/serve, with an interpreter that has ray[serve] and this
package. Each client has pictures that nobody else has, so that an answer proves whose it is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent), str(HERE.parents[1] / "examples" / "ray_serve")]

# A machine as it is: nothing says which runtime to use, and Ray looks for NPUs.
for variable in [name for name in os.environ if name.startswith("ASCEND")]:
    del os.environ[variable]
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ |= {"RAY_worker_niceness": "0"}  # at Ray's 15 nothing starts on a busy machine
# How long Serve's own processes may take to start and to answer there.
os.environ["RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S"] = "60"
os.environ["RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S"] = "60"
# Replicas import the example by its name.
os.environ["PYTHONPATH"] = str(HERE.parents[1] / "examples" / "ray_serve")

import numpy as np  # noqa: E402
import ray  # noqa: E402
from deployment import application  # noqa: E402
from ray import serve  # noqa: E402
from ray.serve.handle import DeploymentHandle  # noqa: E402

TOLERANCE = 1e-5
CLIENTS = 32
SECONDS = 120  # for what takes a few, on a machine that does other things
ATTEMPTS = 5  # Ray gives its own processes a time to start in, which a busy machine may exceed


class Clients:
    """So many that ask one after another, and know the answers."""

    def __init__(self, pictures: np.ndarray, expected: np.ndarray) -> None:
        self.pictures, self.expected = pictures, expected  # client x number x picture
        self.answers: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()

    async def ask(self, handle: DeploymentHandle, seconds: float) -> float:
        """All ask for so long; requests per second."""
        start = time.monotonic()
        before = self.answers["ok"]
        each = (self._one(handle, i, start + seconds) for i in range(len(self.pictures)))
        await asyncio.gather(*each)
        return (self.answers["ok"] - before) / (time.monotonic() - start)

    async def _one(self, handle: DeploymentHandle, client: int, end: float) -> None:
        number = 0
        while time.monotonic() < end:
            rows = self.pictures[client, number % self.pictures.shape[1]]
            expected = self.expected[client, number % self.pictures.shape[1]]
            try:
                found = await asyncio.wait_for(handle.classify.remote(rows), SECONDS)
            except Exception as error:  # whatever Ray says of a replica that has gone; asked again
                self.failures[type(error).__name__] += 1
                continue
            is_right = found.shape == expected.shape and np.abs(found - expected).max() < TOLERANCE
            self.answers["ok" if is_right else "wrong"] += 1
            number += 1


def start_ray() -> None:
    for left in reversed(range(ATTEMPTS)):
        try:
            ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
            return
        except Exception:
            ray.shutdown()
            if not left:
                raise


async def who_answers(handle: DeploymentHandle, count: int, without: int = 0) -> dict[int, str]:
    """Wait for so many replicas, none of them the one named: process ids and runtimes."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found: dict[int, str] = {}
        answers = (handle.facts.remote() for _ in range(8 * count))
        for facts in await asyncio.gather(*answers, return_exceptions=True):
            if isinstance(facts, dict):
                found[facts["pid"]] = facts["runtime"]
                assert facts["weights_of_its_own"] == 0, facts
        if len(found) == count and without not in found:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"no {count} replicas: {found}")


def ask_by_http(port: int, body: object) -> tuple[int, object]:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/", json.dumps(body).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def make_clients(path: Path) -> Clients:
    import acl  # after ray.init: importing it here must not be what hides or shows an NPU

    pictures = np.random.default_rng(5).uniform(0, 2, (CLIENTS, 5, 1, 1, 8, 8)).astype(np.float32)
    with acl.Model.from_file(path) as model:
        expected = np.array([[model(rows) for rows in of_one] for of_one in pictures])
    flat = expected.reshape(-1, 10)
    for i, row in enumerate(flat[:-1]):
        assert np.abs(flat[i + 1 :] - row).max(axis=1).min() > 2 * TOLERANCE
    return Clients(pictures, expected)


async def run(path: Path, port: int, seconds: float, window: float) -> int:
    deployed = serve.run(application(str(path), replicas=1))
    clients = make_clients(path)
    await who_answers(deployed, 1)
    await clients.ask(deployed, window / 4)
    one = await clients.ask(deployed, window)

    deployed = serve.run(application(str(path), replicas=2))
    two_replicas = await who_answers(deployed, 2)
    await clients.ask(deployed, window / 4)
    two = await clients.ask(deployed, window)
    print(f"1 replica {one:.0f}/s, 2 replicas {two:.0f}/s: {two / one:.2f}x; {CLIENTS} clients")

    picture = clients.pictures[0, 0].tolist()
    status, body = ask_by_http(port, {"rows": picture})
    assert status == 200
    np.testing.assert_allclose(body["rows"], clients.expected[0, 0], atol=TOLERANCE)
    for wrong in (picture[0], [[[[None] * 8] * 8]], [[[["1"] * 8] * 8]], None):
        assert ask_by_http(port, {"rows": wrong})[0] == 400

    clients.answers.clear()
    load = asyncio.create_task(clients.ask(deployed, seconds))
    await asyncio.sleep(seconds / 2)
    (victim, *_) = two_replicas
    killed = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    after = await who_answers(deployed, 2, without=victim)
    recovered = time.monotonic() - killed
    rate = await load
    print(
        f"{seconds:g} s, one of two replicas killed midway: {dict(clients.answers)}, {rate:.0f}/s"
    )
    print(f"failures that were told, and asked again: {dict(clients.failures)}")
    print(f"two replicas again after {recovered:.1f} s, on the runtimes {set(after.values())}")
    failed = clients.answers["wrong"] > 0 or clients.answers["ok"] == 0
    return int(failed or set(after.values()) != {"host"})


def main() -> int:
    """Answer 0 where nothing was wrong and no NPU was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--window", type=float, default=5, help="of a rate, in seconds")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    start_ray()
    try:
        assert "NPU" not in ray.cluster_resources(), ray.cluster_resources()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        serve.start(http_options={"port": port})
        with tempfile.TemporaryDirectory() as folder:
            from ascendcl.data import DIGITS_MODEL
            from rebatched import model_with_batches

            path = Path(folder) / "digits.om"
            path.write_bytes(model_with_batches(DIGITS_MODEL, (1, 2, 4, 8)))
            failed = asyncio.run(run(path, port, given.seconds, given.window))
        # Replicas have used their devices by now.
        resources = ray.cluster_resources()
        print(f"NPU among the resources: {'NPU' in resources}; load {os.getloadavg()[0]:.1f}")
        return failed or int("NPU" in resources)
    finally:
        serve.shutdown()
        ray.shutdown()


if __name__ == "__main__":
    sys.exit(main())
