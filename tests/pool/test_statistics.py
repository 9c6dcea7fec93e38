# SPDX-License-Identifier: Apache-2.0
"""What is counted, as a dict and for Prometheus."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gate import SECONDS, Gate

import ascendcl as acl

Arrays = list[np.ndarray]

DOCUMENT = Path(__file__).parents[2] / "docs" / "pool.md"


def test_stats_while_it_runs(digits: Path, images: Arrays, gate: Gate) -> None:
    with acl.ModelPool(digits, workers=2) as pool:
        gate.close()
        futures = [pool.submit(image) for image in images[:5]]
        gate.wait_for(2)
        stats = pool.stats()
        gate.open()
        for future in futures:
            future.result(SECONDS)
        pool.drain(SECONDS)
        after = pool.stats()
    assert (stats["workers"], stats["workers_busy"], stats["workers_idle"]) == (2, 2, 0)
    assert (stats["requests_running"], stats["requests_waiting"]) == (2, 3)
    assert (stats["requests_num"], after["requests_num"], after["requests_ok"]) == (5, 5, 5)
    assert after["requests_wait_seconds"] > 0
    assert after["runs_seconds"] > 0
    assert after["runs_num"] == 5


def test_every_count_is_documented(digits: Path) -> None:
    with acl.ModelPool(digits) as pool:
        names = set(pool.stats())
    text = DOCUMENT.read_text()
    rows = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert names <= rows


def test_prometheus(geared: Path, images: Arrays) -> None:
    client = pytest.importorskip("prometheus_client")
    from acl.metrics import Collector

    with acl.ModelPool(geared) as pool, acl.Batcher(pool) as batcher:
        registry = client.CollectorRegistry()
        registry.register(Collector({"digits": pool, "batched": batcher}))
        pool.submit(images[0]).result(SECONDS)
        for future in [batcher.submit(image) for image in images[:20]]:
            future.result(SECONDS)
        batcher.drain(SECONDS)
        pool.drain(SECONDS)
        stats = batcher.stats()

        def value(name: str, **labels: str) -> float | None:
            return registry.get_sample_value(f"ascendcl_{name}", labels)

        assert value("requests_total", model="digits", outcome="ok") == 1
        assert value("requests_total", model="batched", outcome="ok") == 20
        assert value("requests_total", model="batched", outcome="cancelled") == 0
        assert value("requests_waiting", model="digits") == 0
        assert value("ready", model="digits") == 0  # it was drained
        assert value("queue_seconds_count", model="batched") == 20
        assert value("queue_seconds_sum", model="batched") == stats["requests_wait_seconds"]
        assert value("run_seconds_bucket", model="batched", le="+Inf") == stats["runs_num"]
        assert value("batch_rows_sum", model="batched") == 20
        buckets = [value("batch_rows_bucket", model="batched", le=f"{n}.0") for n in (1, 2, 4, 8)]
        assert sorted(buckets) == buckets  # type: ignore[type-var]
        assert buckets[-1] == stats["runs_num"]
        assert value("batch_rows_count", model="digits") is None
        assert value("padded_rows_total", model="batched") == stats["rows_padded"]
        states = [value("workers", model="digits", device="0", state=s) for s in ("idle", "busy")]
        assert sum(states) == 1  # type: ignore[arg-type]
        assert value("device_heals_total", model="digits", device="0", outcome="ok") == 0
        assert value("info", version=acl.runtime_info().version, runtime="host") == 1
        text = client.generate_latest(registry).decode()
    documented = DOCUMENT.read_text()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            assert f"`{line.split()[2]}`" in documented, line


def test_without_prometheus_client() -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None\n"
        "import acl\n"
        "try: import acl.metrics\n"
        "except ImportError as error: assert 'ascendcl[metrics]' in str(error)\n"
        "else: raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_importing_the_package_imports_no_asyncio() -> None:
    code = "import sys, acl; assert not {'asyncio', 'prometheus_client'} & set(sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
