# SPDX-License-Identifier: Apache-2.0
"""Every single call of several programs fails once, each time in a process of its own.

What must hold then: the failure is told once, by the exception or code that belongs to it, or by an
AclWarning where there is no caller; everything is released; the same program passes afterwards.

A release that fails has released nothing: its own object is left, and nothing else. Only a model
that does not unload keeps what it may still use: a leak, rather than memory that dangles.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CODE = 507000  # enumerator.CODE
BAD_ALLOC = 200000
INTERNAL_ERROR = 500000

MADE_FOR_PICTURES = (
    "CreateChannelDesc",
    "CreateJpegeConfig",
    "CreatePicDesc",
    "CreateResizeConfig",
    "CreateRoiConfig",
)

# For null pointers: the exception of the object API has a code of its own, a flat handle is just 0.
NULL_POINTER_CODES = {
    "aclmdlCreateDesc": {BAD_ALLOC, 0},
    "aclmdlCreateDataset": {BAD_ALLOC, 0},
    "aclCreateDataBuffer": {BAD_ALLOC, 0},
    "aclmdlGetInputNameByIndex": {INTERNAL_ERROR},
    "aclmdlGetOutputNameByIndex": {INTERNAL_ERROR},
    "aclCreateTensorDesc": {BAD_ALLOC},
    "aclmdlCreateAIPP": {0},
    "aclmdlGetDatasetTensorDesc": {INTERNAL_ERROR},
    **{f"acldvpp{name}": {0} for name in ("GetPicDescData", *MADE_FOR_PICTURES)},
    "aclGetDataBufferAddr": {INTERNAL_ERROR},
}

# What a release leaves when it fails; with memory, its bytes.
LEFT = {
    "aclrtFree": {"device memory": 1},
    "aclrtFreeHost": {"pinned memory": 1},
    "aclDestroyDataBuffer": {"data buffer": 1},
    "aclmdlDestroyDataset": {"dataset": 1},
    "aclmdlDestroyDesc": {"model desc": 1},
    "aclmdlDestroyAIPP": {"aipp": 1},
    "aclmdlUnload": {},  # aclFinalize takes the model away
    "aclrtDestroyEvent": {"event": 1},
    "aclrtDestroyStream": {},  # its context takes it away
    "aclrtDestroyContext": {"context": 1},
    "acldvppFree": {"device memory": 1},
    "acldvppDestroyChannelDesc": {"media channel": 1},
    "acldvppDestroyPicDesc": {"picture desc": 1},
    "acldvppDestroyJpegeConfig": {"media config": 1},
    "acldvppDestroyResizeConfig": {"media config": 1},
    "acldvppDestroyRoiConfig": {"media config": 1},
    "aclrtResetDevice": {"context": 1},
}

# What an acl.Model that does not unload keeps, besides its data sets: work memory, weights, and
# memory for inputs and outputs. That is one block with work memory of the user's; with memory of
# the user's also its context.
ON_MEMORY_OF_THE_USER = {
    **{"model": 1, "device memory": 3, "data buffer": 2, "dataset": 2, "context": 1},
    "core contexts": 1,
}
IMPORTED = ON_MEMORY_OF_THE_USER | {"physical memory": 1, "reserved address": 1}
KEPT_BY_MODEL = {
    "user_managed_memory": ON_MEMORY_OF_THE_USER,
    "two_threads": ON_MEMORY_OF_THE_USER,
    "streams_on_one_workspace": ON_MEMORY_OF_THE_USER | {"device memory": 4},
    "bound_memory": {"model": 1, "device memory": 4, "data buffer": 2, "dataset": 2},
    "shared_weights": IMPORTED,
    "memory_pool": ON_MEMORY_OF_THE_USER | {"device memory": 3},
    "pool": ON_MEMORY_OF_THE_USER,
    "batcher": ON_MEMORY_OF_THE_USER | {"device memory": 4, "data buffer": 3},
    "model_with_gears": {"model": 1, "device memory": 5, "data buffer": 3, "dataset": 2},
    "dynamic_shapes": {"model": 1, "device memory": 2, "data buffer": 1, "dataset": 1}
    | {"tensor desc": 1},
}
# Memory that others may import is physical, mapped at addresses. It counts as device memory where
# it was allocated, and not where it was imported.
MAPPING_LEFT = {
    "aclrtUnmapMem": {"reserved address": 1},
    "aclrtReleaseMemAddress": {"reserved address": 1},
    "aclrtFreePhysical": {"physical memory": 1},
    "aclrtGetCurrentContext": {"reserved address": 1, "physical memory": 1},
    "aclrtSetCurrentContext": {"reserved address": 1, "physical memory": 1},
}
# With dynamic shapes the tensor descs of a data set stay with it, and the model frees at last what
# it could not replace by more.
DYNAMIC_LEFT = {
    "aclmdlDestroyDataset": [{"dataset": 1, "tensor desc": n} for n in (1, 2)],
    "aclrtFree": [{}, {"device memory": 1}],
    "aclGetDataBufferAddr": [{"device memory": 1}],  # whose address was not told
}
# How many buffers of the user's a model keeps.
BUFFERS = {
    **dict.fromkeys(("user_managed_memory", "two_threads", "pool", "batcher"), 2),
    **dict.fromkeys(("streams_on_one_workspace", "shared_weights"), 1),
}
# Whether inputs are copied while another run executes is a matter of time, and so are the calls.
UNSTEADY = ("streams_on_one_workspace",)
# The first load of a model that is loaded anew for its stream, on its user's work memory.
FIRST_LOAD = {"model": 1, "device memory": 1}
# A bound model that does not reach its context keeps its data sets, and memory for an array.
BINDING = {"device memory": 1, "data buffer": 2, "dataset": 2}
IN_USE = "a loaded model holds the buffer"

# Called as often as it takes: not as often each time.
POLLING = "aclrtProcessReport:"

SCENARIOS = [
    *KEPT_BY_MODEL,
    "callbacks",
    "dynamic_aipp",
    "dynamic_batch",
    "flat_client",
    "pictures",
]


def reports_of(scenario: str) -> list[dict[str, Any]]:
    path = os.pathsep.join([str(HERE), str(HERE.parent), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-W", "error", HERE / "enumerator.py", scenario],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def kept_by_model(scenario: str) -> list[dict[str, int]]:
    """What a model keeps that does not unload: the owner's shared weights, or the imported ones."""
    kept = KEPT_BY_MODEL[scenario]
    return [kept, kept | {"device memory": 4}] if scenario == "shared_weights" else [kept]


def may_be_left(scenario: str, failed: str) -> list[dict[str, int]]:
    """What may be left when this function fails."""
    if scenario in KEPT_BY_MODEL and failed == "aclmdlUnload":
        return [*kept_by_model(scenario), *([FIRST_LOAD] if scenario in UNSTEADY else [])]
    mapping = MAPPING_LEFT.get(failed, {}) if scenario == "shared_weights" else {}
    allocated = [mapping, mapping | {"device memory": 1}] if mapping else []
    # Models and buffers go into their context before they release anything.
    if scenario in KEPT_BY_MODEL and failed in ("aclrtGetCurrentContext", "aclrtSetCurrentContext"):
        kept = [*kept_by_model(scenario), *([BINDING] if scenario == "bound_memory" else [])]
        return [{}, LEFT["aclrtFree"], LEFT["aclrtDestroyEvent"], *kept, *allocated]
    if mapping:
        return allocated
    if scenario == "dynamic_shapes" and failed in DYNAMIC_LEFT:
        return DYNAMIC_LEFT[failed]
    return [LEFT.get(failed, {})]


def problems_in(scenario: str, report: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a run."""
    if "died" in report:
        yield "it died"
        return
    if report["told again"] or report["left again"]:
        yield "the program does not pass afterwards"
    failed, left, told = report["failed"], report["left"], report["told"]
    if failed is None:
        if not report["rule"].startswith(POLLING) and scenario not in UNSTEADY:
            yield "the call was not made"
        if told or left:
            yield "something is told or left without a fault"
        return
    first = [each for each in told if f"{failed}: made to fail" in each["text"]]
    others = [each for each in told if each not in first]
    if len(first) != 1:
        yield f"told {len(first)} times"
    for each in first:
        codes = NULL_POINTER_CODES.get(failed, {CODE})
        if each["by"] != "AclWarning" and (each["by"] != "exception" or each["code"] not in codes):
            yield "told in another way"
    # What else is told can only be what comes of a model that keeps its buffers.
    in_use = [each for each in others if IN_USE in each["text"] and each["by"] == "AclWarning"]
    objects_left = {kind: count for kind, count in left.items() if kind != "bytes"}
    keeps_buffers = any(objects_left in kept_by_model(name) for name in BUFFERS)
    if others != in_use or len(others) != (BUFFERS.get(scenario, 0) if keeps_buffers else 0):
        yield "something else is told"
    if objects_left not in may_be_left(scenario, failed):
        yield "something is left"
    if ("bytes" in left) != ("device memory" in left or "pinned memory" in left):
        yield "bytes are left"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_call_fails_once(scenario: str) -> None:
    without, *reports = reports_of(scenario)
    assert (without["told"], without["left"]) == ([], {})
    assert len(reports) == sum(without["calls"].values()) > 30
    problems = [
        f"{report['rule']}: {problem}: {report}"
        for report in reports
        for problem in problems_in(scenario, report)
    ]
    assert not problems, "\n".join(problems)
