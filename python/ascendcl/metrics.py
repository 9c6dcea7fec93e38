# SPDX-License-Identifier: Apache-2.0
"""What pools and batchers count, for Prometheus. Needs `prometheus_client` (``ascendcl[metrics]``).

    from acl.metrics import Collector

    prometheus_client.REGISTRY.register(Collector({"detect": pool}))

Everything is read at the scrape: a request costs nothing more than it does without. docs/pool.md
has all names. Of each run of the model that succeeds, with the bounds of SECONDS:

- ``ascendcl_workspace_wait_seconds``: until it is the run's turn on its load of the model and on
  the work memory, which others may use as well.
- ``ascendcl_copy_in_seconds``: copies of the inputs to the device, and the choice of a gear.
- ``ascendcl_execute_seconds``: the execution, until the device is done.
- ``ascendcl_copy_out_seconds``: copies of the outputs back; with dynamic shapes the release of the
  memory that the runtime gave them, too.
- ``ascendcl_run_seconds``: all of this, and what Python does around it.

``ascendcl_device_memory_bytes`` is what `acl.memory_info` says of each device of the services, at
the scrape: of the whole device, other users of it among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ascendcl.errors import ForkedError
from ascendcl.info import runtime_info
from ascendcl.memory_use import KINDS
from ascendcl.pool.statistics import PARTS, device_memory

try:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        InfoMetricFamily,
        Metric,
    )
    from prometheus_client.utils import floatToGoString
except ImportError as error:
    raise ImportError(
        f'acl.metrics needs prometheus_client: pip install "ascendcl[metrics]" ({error})'
    ) from error

if TYPE_CHECKING:
    from ascendcl.pool.service import Service
    from ascendcl.pool.statistics import Histogram, Snapshot

__all__ = ["Collector"]

_PARTS: Final = {
    "workspace_wait": "Waits of runs for their turn on the load and on the work memory.",
    "copy_in": "Copies of a run's inputs to the device.",
    "execute": "Executions.",
    "copy_out": "Copies of a run's outputs to the host.",
}


class Collector:
    """Reads the counts of pools and batchers when it is asked for them.

    Parameters
    ----------
    services : mapping from str to ModelPool or Batcher
        By the name that their label `model` is to have.
    """

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = dict(services)
        info = runtime_info()
        self._about = InfoMetricFamily("ascendcl", "The package and its runtime.")
        self._about.add_metric([], {"version": info.version, "runtime": info.kind})

    def describe(self) -> Iterator[Metric]:
        """Tell the names, without which a registry would ask for the counts."""
        return iter(self._families({}))

    def collect(self) -> Iterator[Metric]:
        """Read everything now."""
        found: dict[str, Snapshot] = {}
        for name, service in self._services.items():
            try:
                found[name] = service._snapshot("metrics")
            except ForkedError:  # the pool is its parent's
                continue
        return iter(self._families(found))

    def _families(self, found: Mapping[str, Snapshot]) -> list[Metric]:
        return [
            self._about,
            *_of_requests(found),
            *_of_runs(found),
            *_of_parts(found),
            *_of_devices(found),
            _of_memory(found),
        ]


def _of_requests(found: Mapping[str, Snapshot]) -> list[Metric]:
    requests = CounterMetricFamily(
        "ascendcl_requests", "Requests by what became of them.", labels=["model", "outcome"]
    )
    errors = CounterMetricFamily(
        "ascendcl_errors", "Requests that failed, by the error's code.", labels=["model", "code"]
    )
    ready = GaugeMetricFamily("ascendcl_ready", "Whether requests are taken.", labels=["model"])
    waiting = GaugeMetricFamily(
        "ascendcl_requests_waiting", "Requests that have not begun.", labels=["model"]
    )
    running = GaugeMetricFamily(
        "ascendcl_requests_running", "Requests that have begun.", labels=["model"]
    )
    for model, now in found.items():
        for outcome, count in now.counted.outcomes.items():
            requests.add_metric([model, outcome], count)
        for code, count in now.counted.errors.items():
            errors.add_metric([model, str(code)], count)
        ready.add_metric([model], now.is_ready)
        waiting.add_metric([model], now.waiting)
        running.add_metric([model], now.running)
    return [requests, errors, ready, waiting, running]


def _of_runs(found: Mapping[str, Snapshot]) -> list[Metric]:
    queued = HistogramMetricFamily(
        "ascendcl_queue_seconds", "Waits of requests that have begun.", labels=["model"]
    )
    ran = HistogramMetricFamily(
        "ascendcl_run_seconds",
        "Runs of the model: copies to the device, execution, copies back.",
        labels=["model"],
    )
    rows = HistogramMetricFamily(
        "ascendcl_batch_rows", "Rows of runs, without padding.", labels=["model"]
    )
    padded = CounterMetricFamily(
        "ascendcl_padded_rows", "Rows that nobody asked for.", labels=["model"]
    )
    for model, now in found.items():
        _add(queued, model, now.counted.queue_seconds)
        _add(ran, model, now.counted.run_seconds)
        if now.counted.rows.bounds:  # a batcher's
            _add(rows, model, now.counted.rows)
            padded.add_metric([model], now.counted.padded_rows)
    return [queued, ran, rows, padded]


def _of_parts(found: Mapping[str, Snapshot]) -> list[Metric]:
    families: list[Metric] = []
    for part in PARTS:
        family = HistogramMetricFamily(f"ascendcl_{part}_seconds", _PARTS[part], labels=["model"])
        for model, now in found.items():
            _add(family, model, now.parts[part])
        families.append(family)
    return families


def _of_memory(found: Mapping[str, Snapshot]) -> Metric:
    family = GaugeMetricFamily(
        "ascendcl_device_memory_bytes",
        "Memory of a device by what it is used for.",
        labels=["device", "kind"],
    )
    devices = [each for now in found.values() for each in now.devices]
    for device, use in device_memory(devices).items():
        for kind in KINDS:
            family.add_metric([str(device), kind], getattr(use, kind))
    return family


def _of_devices(found: Mapping[str, Snapshot]) -> list[Metric]:
    labels = ["model", "device"]
    workers = GaugeMetricFamily(
        "ascendcl_workers", "Workers by what they do.", labels=[*labels, "state"]
    )
    faults = CounterMetricFamily(
        "ascendcl_device_faults", "Failures after which a device was healed.", labels=labels
    )
    heals = CounterMetricFamily(
        "ascendcl_device_heals", "Attempts to heal a device.", labels=[*labels, "outcome"]
    )
    load = GaugeMetricFamily(
        "ascendcl_model_load_seconds", "What the last load on the device took.", labels=labels
    )
    for model, now in found.items():
        for each in now.devices:
            where = [model, str(each.device)]
            for state, count in each.workers.items():
                workers.add_metric([*where, state], count)
            faults.add_metric(where, each.faults)
            heals.add_metric([*where, "ok"], each.heals)
            heals.add_metric([*where, "error"], each.failed_heals)
            load.add_metric(where, each.load_seconds)
    return [workers, faults, heals, load]


def _add(family: HistogramMetricFamily, model: str, counted: Histogram) -> None:
    bounds = [*map(floatToGoString, counted.bounds), "+Inf"]
    buckets = list(zip(bounds, map(float, accumulate(counted.counts)), strict=True))
    family.add_metric([model], buckets, counted.sum)
