# SPDX-License-Identifier: Apache-2.0
"""An .om file as a Ray Serve deployment.

pip install "ray[serve]" "ascendcl[host]"
python deployment.py --model model.om --replicas 2

curl localhost:8000 -H 'content-type: application/json' -d '{"rows": [[[[0, 1, ...]]]]}'
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import ray
from ray import serve
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from starlette.requests import Request
from starlette.responses import JSONResponse


@ray.remote(num_cpus=0)
class Weights:
    """Owner of one copy of a model's weights, which the replicas of its node map.

    What they have mapped stays when this process ends; new ones then make an owner anew.
    """

    def __init__(self, path: str) -> None:
        import acl

        self.buffer = acl.DeviceBuffer(acl.query_size(path).weight, shareable=True)

    def get(self) -> Any:
        """Answer the buffer: what is pickled is a handle, not the bytes."""
        return self.buffer


def weights_of_the_node(path: str) -> Any:
    """Ask this node's owner; the first who asks makes it."""
    node = ray.get_runtime_context().get_node_id()
    owner = Weights.options(
        name=f"weights of {path} on {node}",
        get_if_exists=True,
        scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False),
    ).remote(path)
    return ray.get(owner.get.remote())


@serve.deployment(max_ongoing_requests=256, health_check_period_s=1)
class Classifier:
    """One replica: a process that has the model, and makes batches of what is asked of it.

    Batches are made here rather than by `serve.batch`: the batcher knows which sizes the model
    was compiled for, and a call that waits costs no more than its place in the queue.
    """

    def __init__(self, path: str, loads: int, is_device_shared: bool) -> None:
        import acl  # here: Ray has told this process by now which devices are its own

        # Loads of one replica have one copy of the weights in any case.
        self.batcher = acl.Batcher(
            path,
            workers=loads,
            max_delay=0.002,
            split=True,
            share_weights=weights_of_the_node(path) if is_device_shared else True,
        )
        self.refusals = (acl.QueueFull, acl.PoolClosed, acl.DeviceFaultError)
        self.runtime = acl.runtime_info().kind

    def check_health(self) -> None:
        """Asked by Ray, which starts another replica in place of one that fails here."""
        if not self.batcher.ready:  # it heals by itself, and is left alone meanwhile
            raise RuntimeError("no device serves")

    async def classify(self, rows: np.ndarray) -> np.ndarray:
        """Answer as many rows as came; what handles call."""
        return await self.batcher.run(rows)

    async def __call__(self, request: Request) -> JSONResponse:
        """Answer a request by HTTP."""
        (wanted,) = self.batcher.inputs
        try:
            rows = np.asarray((await request.json())["rows"])
            if not np.can_cast(rows.dtype, wanted.dtype, "same_kind"):  # null, texts, 1.5 for 1
                raise TypeError(f"rows are not of type {wanted.dtype}")
            answer = await self.classify(rows.astype(wanted.dtype))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        except self.refusals as error:
            return JSONResponse({"error": str(error)}, 503, {"retry-after": "1"})
        return JSONResponse({"rows": answer.tolist()})

    def facts(self) -> dict[str, Any]:
        """Who answers."""
        import acl

        weights = [each for each in acl.memory_info().holders if each.kind == "weight"]
        own = sum(each.nbytes for each in weights)
        return {"pid": os.getpid(), "runtime": self.runtime, "weights_of_its_own": own}


def application(path: str, replicas: int = 1, loads: int = 1) -> serve.Application:
    """Bind the deployment, on NPUs where the cluster has any, else on CPUs.

    A node has the resource NPU where Ray finds one: this package does not pass for one.
    """
    if ray.cluster_resources().get("NPU", 0) > 0:
        options: dict[str, Any] = {"num_cpus": 0, "resources": {"NPU": 1}}
        runtime = "cann"  # or an error: never a CPU unnoticed
        is_device_shared = False  # each replica has an NPU to itself
    else:
        options, runtime, is_device_shared = {"num_cpus": 1}, "host", True
    variables = {"ASCENDCL_RUNTIME": runtime, "ASCENDCL_HOST_THREADS": "1"}
    options["runtime_env"] = {"env_vars": variables}
    deployment = Classifier.options(num_replicas=replicas, ray_actor_options=options)
    return deployment.bind(path, loads, is_device_shared)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--loads", type=int, default=1, help="in each replica")
    given = parser.parse_args()
    ray.init()
    serve.run(application(str(given.model.resolve()), given.replicas, given.loads))
    while True:
        time.sleep(60)
