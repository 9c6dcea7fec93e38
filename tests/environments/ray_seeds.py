# SPDX-License-Identifier: Apache-2.0
"""Ray finds no NPU because of this package, and keeps the GPUs that there are.

Ray counts the devices of one kind of accelerator: the first of a *set* of kinds that has any, so
the order of strings' hashes decides. Each start is a process with a PYTHONHASHSEED of its own. Not
a part of the test suite: run by .ci/serve, with an interpreter that has ray and this package.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter

START = """
import json, sys
from ray._private.accelerators import nvidia_gpu
gpus = int(sys.argv[1])
manager = nvidia_gpu.NvidiaGPUAcceleratorManager
manager.get_current_node_num_accelerators = staticmethod(lambda: gpus)
manager.get_current_node_accelerator_type = staticmethod(lambda: "A100" if gpus else None)
import ray
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, logging_level="error")
print(json.dumps({"resources": ray.cluster_resources(), "acl": sys.modules.get("acl") is not None}))
ray.shutdown()
"""

ATTEMPTS = 5  # Ray gives its own processes a time to start in, which a busy machine may exceed


def start(seed: int, gpus: int, *, chosen: bool = False) -> dict[str, object]:
    """One ray.init(): its resources, and whether it has imported acl."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASCEND")}
    environment |= {"PYTHONHASHSEED": str(seed), "RAY_USAGE_STATS_ENABLED": "0"}
    if chosen:
        environment["ASCENDCL_RUNTIME"] = "host"
    for _ in range(ATTEMPTS):
        result = subprocess.run(
            [sys.executable, "-c", START, str(gpus)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if "timed out during startup" not in result.stderr:
            break
    if result.returncode != 0:
        raise SystemExit(f"seed {seed}: ray.init() failed\n{result.stderr[-4000:]}")
    answer: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return answer


def main() -> int:
    """Answer 0 when no start found an NPU or lost a GPU, and some starts asked this package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    seeds = range(parser.parse_args().seeds)
    seen: Counter[str] = Counter()
    for gpus in (2, 0):
        for seed in seeds:
            answer = start(seed, gpus)
            resources = answer["resources"]
            assert isinstance(resources, dict)
            seen["starts"] += 1
            seen["false NPUs"] += "NPU" in resources
            seen["lost GPUs"] += resources.get("GPU", 0) != gpus
            seen["asked acl"] += bool(answer["acl"])
            print(f"{gpus} GPUs, seed {seed}: {resources}", file=sys.stderr, flush=True)
        print(f"with {gpus} GPUs, so far: {dict(seen)}", flush=True)
    # The measurement itself: who chooses the host runtime gets its devices.
    chosen = start(0, 0, chosen=True)["resources"]
    print(f"ASCENDCL_RUNTIME=host: {chosen}")
    assert isinstance(chosen, dict)
    wrong = seen["false NPUs"] + seen["lost GPUs"] + (seen["asked acl"] == 0)
    return 1 if wrong or chosen.get("NPU") != 1 else 0


if __name__ == "__main__":
    sys.exit(main())
