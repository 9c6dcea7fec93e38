# SPDX-License-Identifier: Apache-2.0
"""What is counted, as a dict and for Prometheus."""

from __future__ import annotations

import gc
import math
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from faults import faults
from gate import SECONDS, Gate

import ascendcl as acl
from ascendcl.pool.statistics import PARTS
from ascendcl.pool.statistics import SECONDS as SECOND_BOUNDS
from written_models import DENSE, dynamic_dense

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
    parts = [after[f"runs_{part}_seconds"] for part in PARTS]
    assert all(seconds > 0 for seconds in parts)
    assert sum(parts) <= after["runs_seconds"]


def test_the_wait_for_work_memory_is_told_apart(digits: Path, images: Arrays) -> None:
    """While others have the work memory, a run waits: that is no time of the device's."""
    with (
        acl.Workspace.for_models([digits]) as work,
        acl.Model.from_file(digits, work=work) as other,
        acl.ModelPool(digits, workspace=work) as pool,
    ):
        is_over = threading.Event()

        def keep_busy() -> None:
            while not is_over.is_set():
                other(images[0])

        threads = [threading.Thread(target=keep_busy) for _ in range(3)]
        for thread in threads:
            thread.start()
        give_up = time.monotonic() + SECONDS
        waited, executed = 0.0, 1.0
        try:
            # Each is behind the runs of three others; how long that takes nobody knows.
            while waited < executed and time.monotonic() < give_up:
                before = pool.stats()
                for _ in range(20):
                    pool.submit(images[0]).result(SECONDS)
                after = pool.stats()
                waited, executed = (
                    after[f"runs_{part}_seconds"] - before[f"runs_{part}_seconds"]
                    for part in ("workspace_wait", "execute")
                )
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        assert 0 < executed < waited


def test_parts_of_runs_with_gears_and_dynamic_shapes(
    geared: Path, images: Arrays, tmp_path: Path
) -> None:
    path = tmp_path / "dynamic.om"
    path.write_bytes(dynamic_dense())
    rows = np.ones((3, len(DENSE)), np.float32)
    for model, given in ((geared, images[0]), (path, rows)):
        with acl.ModelPool(model) as pool:
            pool.submit(given).result(SECONDS)
            pool.drain(SECONDS)
            stats = pool.stats()
            assert all(stats[f"runs_{part}_seconds"] > 0 for part in PARTS), stats


def test_what_fails_is_in_no_part(digits: Path, images: Arrays) -> None:
    with acl.ModelPool(digits) as pool, faults("aclmdlExecute:1:500002"):
        with pytest.raises(acl.AclError):
            pool.submit(images[0]).result(SECONDS)
        pool.drain(SECONDS)
        assert pool._snapshot("test").parts["execute"].counts == [0] * (len(SECOND_BOUNDS) + 1)
        assert pool.stats()["runs_execute_seconds"] == 0


def test_memory_of_the_devices(digits: Path) -> None:
    gc.collect()
    with acl.ModelPool(digits, workers=2) as pool:
        stats, info = pool.stats(), acl.memory_info()
        size = acl.query_size(digits)
        for kind in ("work", "weight", "io", "pooled", "other"):
            assert stats[f"device_memory_{kind}_bytes"] == getattr(info, kind)
        assert stats["device_memory_work_bytes"] == 2 * size.work
        assert stats["device_memory_weight_bytes"] == size.weight
    assert math.isnan(pool.stats()["device_memory_work_bytes"])


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
        parts = ("workspace_wait", "copy_in", "execute", "copy_out")
        for part in parts:
            name = f"{part}_seconds"
            assert value(f"{name}_bucket", model="batched", le="+Inf") == stats["runs_num"]
            assert value(f"{name}_sum", model="batched") == stats[f"runs_{part}_seconds"] > 0
            assert value(f"{name}_count", model="digits") == 1
        spent = sum(value(f"{part}_seconds_sum", model="batched") or 0 for part in parts)
        assert spent <= stats["runs_seconds"]
        info = acl.memory_info()
        for kind in ("work", "weight", "io", "pooled", "other"):
            assert value("device_memory_bytes", device="0", kind=kind) == getattr(info, kind)
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
