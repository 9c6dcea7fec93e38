# SPDX-License-Identifier: Apache-2.0
"""Models in memory of the user's, and giving things back."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from model_objects import DataSet, load_with_memory, query_size, succeed

from abi import Library


class Loaded(NamedTuple):
    """A model in memory of the user's."""

    model: int
    work: int
    weight: int


def load_own(acl: Library, om: Path, work: int | None = None, weight: int | None = None) -> Loaded:
    """Load with the given memory, or with new one."""
    work_size, weight_size = query_size(acl, om)
    work = work or acl.malloc(work_size)
    weight = weight or acl.malloc(weight_size)
    model = load_with_memory(acl, om, (work, work_size), (weight, weight_size))
    return Loaded(model, work, weight)


def release(acl: Library, *things: Loaded | DataSet | int) -> None:
    """Unload models, destroy data sets, free memory."""
    for thing in things:
        if isinstance(thing, Loaded):
            succeed(acl, "aclmdlUnload", thing.model)
        elif isinstance(thing, DataSet):
            thing.destroy()
        else:
            succeed(acl, "aclrtFree", thing)


def finish(acl: Library) -> None:
    succeed(acl, "aclrtResetDevice", 0)
    succeed(acl, "aclFinalize")
