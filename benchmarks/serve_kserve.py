# SPDX-License-Identifier: Apache-2.0
"""The KServe example under many clients: no answer lost, doubled or mixed up, and what it costs.

Not a part of the test suite: needs an interpreter that has kserve and this package (.ci/serve).

1. With faults injected, clients ask by JSON, binary tensors and gRPC, one request after another,
   each with pictures that nobody else has, so that an answer proves whose it is. The server is told
   to end under full load. What the clients were answered is held against what the pool counted.
2. Without faults: requests per second of the model and of one that does nothing in the same server,
   in turns, and what the server computes for a request: the clients share its cores, so that rates
   vary where processor time does not. Bound: the model takes at most 10 % more of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("ASCENDCL_RUNTIME", "host")
TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "environments")]

import aiohttp  # noqa: E402
import grpc  # noqa: E402
import numpy as np  # noqa: E402
from kserve import InferInput, InferRequest  # noqa: E402
from kserve.protocol.grpc.grpc_predict_v2_pb2_grpc import GRPCInferenceServiceStub  # noqa: E402
from served import Served  # noqa: E402

import acl  # noqa: E402
from ascendcl.data import DIGITS_MODEL  # noqa: E402
from rebatched import model_with_batches  # noqa: E402

# A device that fails, data that cannot be computed, and what nobody foresaw.
FAULTS = "aclmdlExecute:%307:507015,aclmdlExecute:%97:507011,aclmdlExecute:%61:500000"
TOLERANCE = 1e-5
GEARS = (1, 2, 4, 8)
OPTIONS = ("--loads", "2", "--max_delay", "0.002")  # requests share runs
AT_LEAST = 100  # answers make a rate
PICTURES = 5  # of each client
BINARY = {"binary_data_output": True}


@dataclass
class Tally:
    """What became of the requests of all clients."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    stop: bool = False

    def check(self, name: str, answered: str, found: np.ndarray, expected: np.ndarray) -> None:
        """Count an answer, and see whose it is."""
        self.answers["ok"] += 1
        if answered != name:
            self.wrong.append(f"{name} got the answer to {answered}")
        if found.shape != expected.shape or np.abs(found - expected).max() > TOLERANCE:
            self.wrong.append(f"{name} got {found}, not {expected}")

    def fail(self, status: int, text: str) -> None:
        """Count a failure: of the pool's, refused by it, or before it."""
        if status == 500 or "507011" in text or "507015" in text:
            self.answers["error"] += 1
        elif status == 503:
            self.answers["rejected" if "wait" in text else "not ready"] += 1
        else:
            self.wrong.append(f"{status}: {text}")


@dataclass
class Client:
    """One that asks, and knows the answers."""

    name: str
    pictures: np.ndarray  # PICTURES x 1 x 1 x 8 x 8, float32
    expected: np.ndarray  # PICTURES x 1 x 10, float32


async def by_json(client: Client, session: aiohttp.ClientSession, url: str, tally: Tally) -> None:
    """Ask by REST, numbers as JSON."""
    tensor = {"name": "image", "shape": [1, 1, 8, 8], "datatype": "FP32"}
    tails = [
        json.dumps({"inputs": [{**tensor, "data": picture.ravel().tolist()}]})[1:]
        for picture in client.pictures
    ]
    number = 0
    while not tally.stop:
        name, which = f"{client.name}-{number}", number % PICTURES
        data = f'{{"id": "{name}", {tails[which]}'.encode()
        headers = {"content-type": "application/json"}
        async with session.post(url, data=data, headers=headers) as answer:
            body = await answer.json()
            if answer.status == 200:
                (output,) = body["outputs"]
                found = np.array(output["data"], np.float32).reshape(output["shape"])
                tally.check(name, body["id"], found, client.expected[which])
            else:
                tally.fail(answer.status, body["error"])
                await asyncio.sleep(float(answer.headers.get("retry-after", 0)))
        number += 1


async def by_bytes(client: Client, session: aiohttp.ClientSession, url: str, tally: Tally) -> None:
    """Ask by REST, tensors as bytes behind the JSON."""
    number = 0
    while not tally.stop:
        name, which = f"{client.name}-{number}", number % PICTURES
        tensor = InferInput("image", [1, 1, 8, 8], "FP32")
        tensor.set_data_from_numpy(client.pictures[which])
        request = InferRequest("digits", [tensor], request_id=name, parameters=BINARY)
        data, length = request.to_rest()
        headers = {"inference-header-content-length": str(length)}
        headers |= {"content-type": "application/octet-stream"}
        async with session.post(url, data=data, headers=headers) as answer:
            body = await answer.read()
            if answer.status == 200:
                end = int(answer.headers["inference-header-content-length"])
                found = np.frombuffer(body[end:], np.float32).reshape(1, 10)
                tally.check(name, json.loads(body[:end])["id"], found, client.expected[which])
            else:
                tally.fail(answer.status, json.loads(body)["error"])
                await asyncio.sleep(float(answer.headers.get("retry-after", 0)))
        number += 1


STATUS = {
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
}


async def by_grpc(client: Client, stub: GRPCInferenceServiceStub, tally: Tally) -> None:
    """Ask by gRPC."""
    number = 0
    while not tally.stop:
        name, which = f"{client.name}-{number}", number % PICTURES
        tensor = InferInput("image", [1, 1, 8, 8], "FP32")
        tensor.set_data_from_numpy(client.pictures[which])
        try:
            request = InferRequest("digits", [tensor], request_id=name).to_grpc()
            answer = await stub.ModelInfer(request)
            found = np.frombuffer(answer.raw_output_contents[0], np.float32).reshape(1, 10)
            tally.check(name, answer.id, found, client.expected[which])
        except grpc.aio.AioRpcError as error:
            status = STATUS.get(error.code(), 0)
            if error.code() is grpc.StatusCode.CANCELLED:
                # By gRPC itself, which the handlers never saw: see docs/serving.md.
                tally.answers["not begun"] += 1
                await asyncio.sleep(1)
                continue
            if status == 503 and "digits" not in error.details():  # a server that has ended
                raise
            tally.fail(status, error.details())
            if status == 503:
                await asyncio.sleep(1)
        number += 1


def make_clients(count: int) -> list[Client]:
    """Make clients whose pictures, and whose answers, differ from all others'."""
    random = np.random.default_rng(11)
    # Faint ones: of others the model is so sure that many answers are the same.
    pictures = random.uniform(0, 2, (count, PICTURES, 1, 1, 8, 8)).astype(np.float32)
    with acl.Model.from_file(DIGITS_MODEL) as model:
        expected = np.array([[model(each) for each in of_one] for of_one in pictures])
    flat = expected.reshape(-1, 10)
    for i, row in enumerate(flat[:-1]):
        assert np.abs(flat[i + 1 :] - row).max(axis=1).min() > 2 * TOLERANCE
    return [Client(f"client-{i}", pictures[i], expected[i]) for i in range(count)]


async def load(served: Served, clients: list[Client], seconds: float) -> Tally:
    """Ask for so long, then have the server end under load."""
    tally = Tally()
    url = f"http://127.0.0.1:{served.http_port}/v2/models/digits/infer"

    async def until_gone(asking: object) -> None:
        try:
            await asking  # type: ignore[misc]
        except (aiohttp.ClientError, grpc.aio.AioRpcError) as error:
            tally.answers["gone"] += 1
            if not ending:
                tally.wrong.append(f"before the end: {error!r}")

    ending = False
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        grpc.aio.insecure_channel(f"127.0.0.1:{served.grpc_port}") as channel,
    ):
        stub = GRPCInferenceServiceStub(channel)
        tasks = []
        for i, client in enumerate(clients):
            if i % 5 == 0:
                asking = by_grpc(client, stub, tally)
            else:
                asking = (by_json, by_bytes)[i % 2](client, session, url, tally)
            tasks.append(asyncio.create_task(until_gone(asking)))
        await asyncio.sleep(seconds)
        ending = True
        served.terminate()
        await asyncio.gather(*tasks)
    return tally


def processor_seconds(process: int) -> float:
    """Return the seconds that all threads of a process have computed."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


async def rate(
    served: Served, model: str, clients: list[Client], seconds: float
) -> tuple[float, float]:
    """Requests per second by JSON, and processor seconds of the server per request."""
    tally = Tally()
    url = f"http://127.0.0.1:{served.http_port}/v2/models/{model}/infer"
    if model == "noop":
        constant = np.full((PICTURES, 1, 10), 0.1, np.float32)
        clients = [Client(each.name, each.pictures, constant) for each in clients]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        tasks = [asyncio.create_task(by_json(each, session, url, tally)) for each in clients]
        await asyncio.sleep(seconds / 4)  # until all are connected
        computed = processor_seconds(served.process.pid)
        before, start = tally.answers["ok"], time.perf_counter()
        await asyncio.sleep(seconds)
        while tally.answers["ok"] - before < AT_LEAST and not tally.wrong:
            await asyncio.sleep(0.1)
        answers, took = tally.answers["ok"] - before, time.perf_counter() - start
        computed = processor_seconds(served.process.pid) - computed
        tally.stop = True
        await asyncio.gather(*tasks)
    assert not tally.wrong, tally.wrong[0]
    return answers / took, computed / answers


def geared(folder: Path) -> Path:
    """Make the model with batches of several sizes."""
    path = folder / "digits.om"
    path.write_bytes(model_with_batches(DIGITS_MODEL, GEARS))
    return path


def main() -> int:
    """Answer 0 where nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--window", type=float, default=3, help="seconds of each side of a round")
    parser.add_argument("--bound", type=float, default=1.1, help="0 for none")
    given, _ = parser.parse_known_args()  # kserve reads the same line
    clients = make_clients(given.clients)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)

    with (
        tempfile.TemporaryDirectory() as folder,
        Served(Path(folder), *OPTIONS, faults=FAULTS, path=geared(Path(folder))) as served,
    ):
        tally = asyncio.run(load(served, clients, given.seconds))
        stats = served.ended()
    print(f"{given.clients} clients, {given.seconds:g} s, faults injected: {dict(tally.answers)}")
    print(f"the pool: { {k: v for k, v in stats.items() if k.startswith(('requests', 'faults'))} }")
    wrong = len(tally.wrong)
    for each in tally.wrong[:10]:
        print("WRONG", each)
    for name in ("ok", "error"):
        if tally.answers[name] != stats[f"requests_{name}"]:
            wrong += 1
            print(
                f"WRONG {name}: {tally.answers[name]} answers, {stats[f'requests_{name}']:.0f} made"
            )
    if not (stats["faults_num"] and tally.answers["error"]):
        wrong += 1
        print("WRONG: too few requests for a fault")

    with (
        tempfile.TemporaryDirectory() as folder,
        Served(Path(folder), *OPTIONS, path=geared(Path(folder)), is_gated=False) as served,
    ):
        noop, model = [], []
        for _ in range(given.rounds):
            noop.append(asyncio.run(rate(served, "noop", clients, given.window)))
            model.append(asyncio.run(rate(served, "digits", clients, given.window)))
    for what, which, scale, unit in (("rate", 0, 1, "/s"), ("computed", 1, 1e3, " ms a request")):
        sides = [[each[which] for each in side] for side in (noop, model)]
        before, after = (statistics.median(side) * scale for side in sides)
        of_rounds = [b / a if which else a / b for a, b in zip(*sides, strict=True)]
        ratio = statistics.median(of_rounds)
        print(f"{what}: noop {before:.3g}{unit}, digits {after:.3g}{unit}: {ratio:.3f}x", end=" ")
        print(f"(rounds {min(of_rounds):.3f} to {max(of_rounds):.3f})")
    print(f"load {os.getloadavg()[0]:.1f}")
    return 1 if wrong or 0 < given.bound < ratio else 0


if __name__ == "__main__":
    sys.exit(main())
