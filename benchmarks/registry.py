# SPDX-License-Identifier: Apache-2.0
"""Every ratio and bound that is named anywhere: what it is, its bound, the file that measures it.

The one place for bounds: the benchmarks print them from here, docs/benchmarks.md is made from here,
tests/benchmarks keep other documents from naming one that is not here. What is called a ratio may
be a difference where the bound is one ("us" more than the reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Ratio:
    """A ratio: `unit` is empty, or that of a difference or a time.

    `of_machine`: nothing of ours is in it; it tells what the others may come to on this machine.
    """

    name: str
    what: str
    bound: float | None = None
    is_least: bool = False
    unit: str = ""
    of_machine: bool = False

    @property
    def bound_text(self) -> str:
        """Its bound in words; empty where it has none and is told for comparison."""
        if self.bound is None:
            return ""
        return f"at {'least' if self.is_least else 'most'} {with_unit(self.bound, self.unit)}"

    def kept(self, value: float) -> bool | None:
        """Whether the bound is kept; None without one."""
        if self.bound is None:
            return None
        return value >= self.bound if self.is_least else value <= self.bound


@dataclass(frozen=True)
class Benchmark:
    """A file of this folder. `short` are the arguments of its `measure` within run.py's minutes.

    `needs` is the option of run.py, and the argument of `measure`, without which it cannot run.
    """

    name: str
    ratios: tuple[Ratio, ...]
    short: Mapping[str, Any] = field(default_factory=dict)
    needs: str | None = None


def with_unit(value: float, unit: str) -> str:
    """`1.15` or `40 ms`."""
    return f"{value:g} {unit}".rstrip()


HASHING = Ratio(
    "sha256",
    "the same of threads that only hash: what the machine has",
    is_least=True,
    of_machine=True,
)
COMPILED = ("lane", "ocr_det_v6", "ocr_rec_v6", "dddd_det", "minilm_l6", "magika")
MASKS = ("1 x 1 x 64 x 64", "8 x 1 x 512 x 512", "4 x 12 x 512 x 512")
POSITIONS = (
    "128 rows of 768",
    "1 row of 64",
    "65536 elements",
    "30000 out of rows",
    "4096 points",
)

BENCHMARKS = (
    Benchmark(
        "import_time",
        (
            Ratio("import", "`import acl` over `import numpy`, in new processes", 40, unit="ms"),
            Ratio("process", "the same of the whole processes, the exit included", unit="ms"),
        ),
    ),
    Benchmark(
        "flat_call",
        tuple(
            Ratio(call, f"`{call}` over a hand-written CPython extension", 1.1)
            for call in ("rt.get_device()", "rt.set_context(c)", "mdl.get_num_inputs(d)")
        ),
    ),
    Benchmark(
        "getters",
        (Ratio("mean", "all plain getters together over a hand-written CPython extension", 1.1),),
        {"calls": 20_000},
    ),
    Benchmark(
        "bind",
        (
            Ratio(
                "bound call",
                "a bound call on digits.om over aclmdlExecute in a C++ loop",
                1.5,
                unit="us",
            ),
            Ratio(
                "pyACL client",
                "what a plain pyACL client adds to aclmdlExecute, over what a bound call adds",
                5,
                is_least=True,
            ),
        ),
    ),
    Benchmark(
        "run_async",
        (
            Ratio(
                "runtime",
                "a completion of `run_async`, 64 in flight, over the runtime's own",
                5,
                unit="us",
            ),
            Ratio("executor", "what `run_async` adds over what `run_in_executor` adds", 0.4),
            Ratio("executor, loop", "the event loop's own time over that of `run_in_executor`"),
        ),
    ),
    Benchmark(
        "inspect_files",
        (
            Ratio(
                "slowest",
                "the slowest `ascendcl inspect` of a real file, both pictures drawn",
                2,
                unit="s",
            ),
        ),
    ),
    Benchmark(
        "memory_pool",
        (Ratio("pool", "a buffer made and closed from acl.Pool over the host runtime's"),),
    ),
    Benchmark(
        "run_times",
        (Ratio("counted run", "a run of digits.om whose parts are told and counted over one"),),
    ),
    Benchmark(
        "dlpack",
        (
            Ratio("from_dlpack", "`numpy.from_dlpack` of an output on the device", 300, unit="ns"),
            Ratio("ndarray", "the same over that of a numpy array"),
        ),
        {"rounds": 20},
    ),
    Benchmark(
        "lane",
        (
            Ratio("openvino", "lane.om over OpenVINO on its ONNX, 2 threads", 1.15),
            # 8 was aimed at: benchmarks/lane.py prints why nobody who computes in f32 gets there.
            Ratio(
                "onnxruntime",
                "ONNX Runtime's time on the ONNX over that of lane.om, 2 threads",
                is_least=True,
            ),
        ),
        {"runs": 20},
    ),
    Benchmark(
        "nanotrack",
        tuple(
            Ratio(
                threads,
                f"nanotrack_backbone127.om over ONNX Runtime on its ONNX, {threads}",
            )
            for threads in ("1 thread", "2 threads")
        ),
        {"runs": 60},
    ),
    Benchmark(
        "masks",
        tuple(
            Ratio(size, f"attention masks by int32, {size}, over OpenVINO", 1.1) for size in MASKS
        ),
        {"runs": 60},
    ),
    Benchmark(
        "aipp",
        (
            Ratio(
                "added",
                "what static AIPP of a 640 x 640 NV12 picture adds to an execution, 1 thread",
                3,
                unit="ms",
            ),
            Ratio(
                "over numpy",
                "an execution with it over the same preprocessing in numpy alone",
                0.5,
            ),
        ),
        {"runs": 60},
    ),
    Benchmark(
        "media_jpeg",
        (Ratio("decode", "a 1080p JPEG to NV12 by acl.media over OpenCV's to BGR, 1 thread"),),
        {"rounds": 20},
    ),
    Benchmark(
        "media_vpc",
        (
            Ratio(
                "letterbox",
                "NV12 of 1080p scaled into 640 x 640 by acl.media over OpenCV, 1 thread",
            ),
            Ratio("colours", "NV12 of 720p to BGR by acl.media over OpenCV, 1 thread"),
        ),
        {"rounds": 50},
    ),
    Benchmark(
        "media_pipeline",
        (
            Ratio(
                "letterbox",
                "a 1080p JPEG letterboxed to 640 x 640 by acl.media over OpenCV, 1 thread",
                1.5,
            ),
        ),
        {"rounds": 20},
    ),
    Benchmark(
        "compiled_speed",
        tuple(
            Ratio(
                f"{model}, {threads}",
                f"{model} compiled by `ascendcl compile`, {threads} of the engine, over OpenVINO",
                1.03,
            )
            for model in COMPILED
            for threads in ("1 thread", "2 threads")
        ),
        {"rounds": 10, "beside": False},
    ),
    Benchmark(
        "threads",
        (
            Ratio("lane", "two threads on lane.om over one, throughput", 1.8, is_least=True),
            HASHING,
        ),
        {"rounds": 10, "runs": 6},
    ),
    Benchmark(
        "pool",
        (
            Ratio("ModelPool", "two workers on lane.om over one, throughput", 1.85, is_least=True),
            Ratio("threads", "the same of two threads without a pool", is_least=True),
            HASHING,
        ),
        {"rounds": 10, "runs": 8},
    ),
    Benchmark(
        "workspace",
        (
            Ratio("device", "device memory of 8 replicas that share, over the least possible", 1),
            Ratio("resident", "resident memory of 8 replicas that share, over one", 1.1),
            Ratio(
                "groups",
                "two groups of models over one lock for all, throughput",
                1.85,
                is_least=True,
            ),
        ),
        {"rounds": 10, "runs": 6},
    ),
    Benchmark(
        "batcher",
        (
            Ratio(
                "throughput",
                "Batcher on digits, 64 in flight, over one request at a time",
                3,
                is_least=True,
            ),
            Ratio(
                "p99",
                "a round's 99th percentile of latency over max_delay and the largest run",
                2,
                unit="ms",
            ),
        ),
        {"rounds": 10, "requests": 1280},
    ),
    Benchmark(
        "heal",
        (
            Ratio(
                "not ready",
                "the longest that a pool heals after a device fault, over its first load",
                1,
                unit="s",
            ),
        ),
        {"count": 20},
    ),
    Benchmark(
        "stall",
        tuple(
            Ratio(
                call,
                f"the longest that a spinning thread stands still in a {call}, for want of the GIL",
                10,
                unit="ms",
            )
            for call in ("load", "execute", "copy to device", "copy to host")
        ),
        {"rounds": 5},
    ),
    Benchmark(
        "cycles",
        (
            Ratio(
                "resident", "resident memory after many loads of digits.om over that before", 1.02
            ),
        ),
        {"cycles": 300},
    ),
    Benchmark(
        "compiled_memory",
        (
            Ratio(
                "user-managed, resident", "a load on buffers of one's own, over the weights", 2.2
            ),
            Ratio("user-managed, peak", "the peak of it, over the weights", 3.2),
            Ratio("system-managed, resident", "a load without buffers, over the weights", 2.2),
            Ratio("system-managed, peak", "the peak of it, over the weights", 3.2),
            Ratio("compile, peak", "the peak of compiling, not verified, over the weights", 2.5),
            Ratio("compile and verify, peak", "the same with the verification", 2.5),
        ),
        {"width": 2048},
    ),
    Benchmark(
        "shared_weights",
        (Ratio("4 processes", "memory of 4 processes with shared weights over 4 without"),),
        {"width": 2048, "counts": (4,)},
    ),
    Benchmark(
        "positions",
        tuple(
            Ratio(case, f"Gather of {case} over a build that looks at no index")
            for case in POSITIONS
        ),
        needs="other",
    ),
    Benchmark(
        "checks_off",
        (Ratio("execute", "an execute of digits.om over a build without the checks", 1.01),),
        needs="baseline",
    ),
)

# Print verdicts; that of the server also a ratio, in an environment of its own (.ci/serve).
VERDICTS = ("soak", "stress", "stress_models", "serve_kserve")


def ratios() -> dict[str, Ratio]:
    """All by their full names, as `lane/openvino`."""
    return {f"{one.name}/{ratio.name}": ratio for one in BENCHMARKS for ratio in one.ratios}


def bound_text(name: str) -> str:
    """`  (at most 1.15)` of a full name, to stand behind the figure; empty without a bound."""
    text = ratios()[name].bound_text
    return f"  ({text})" if text else ""


def is_kept(name: str, value: float) -> bool:
    """Whether the bound of a full name is kept, or there is none."""
    return ratios()[name].kept(value) is not False
