# SPDX-License-Identifier: Apache-2.0
"""What the misuse programs are made of: a rule that each breaks, and the right beginning of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import acl
from ascendcl.data import DIGITS_MODEL

H2H, H2D, D2H, D2D = range(4)
GARBAGE = 0x123456788  # mapped by nobody, and as aligned as an object is
FAR = 0x7FFF_FFFF_F000


class Program(NamedTuple):
    """A flat program; what it answers is the answer of the call at fault."""

    run: Callable[[], Any]
    rule: str
    code: int | None  # in mode "fail"; None where the call has no code to answer

    @property
    def name(self) -> str:
        return self.run.__name__


PROGRAMS: list[Program] = []


def breaks(rule: str, code: int | None) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def add(run: Callable[[], Any]) -> Callable[[], Any]:
        PROGRAMS.append(Program(run, rule, code))
        return run

    return add


def got(answer: Any) -> Any:
    """The object of (object, ret)."""
    *values, ret = answer
    assert ret == 0, acl.get_recent_err_msg()
    return values[0] if len(values) == 1 else values


def started() -> None:
    assert acl.init() == 0
    assert acl.rt.set_device(0) == 0


def device(size: int) -> int:
    return got(acl.rt.malloc(size, 0))


def host(size: int) -> int:
    return got(acl.rt.malloc_host(size))


def stream() -> int:
    return got(acl.rt.create_stream())


class Model:
    """A loaded model with data sets that are right."""

    def __init__(self) -> None:
        started()
        self.id = got(acl.mdl.load_from_file(DIGITS_MODEL))
        self.desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(self.desc, self.id) == 0
        self.sizes = (
            acl.mdl.get_input_size_by_index(self.desc, 0),
            acl.mdl.get_output_size_by_index(self.desc, 0),
        )
        self.memory = [device(size) for size in self.sizes]
        self.buffers = [
            acl.create_data_buffer(*each) for each in zip(self.memory, self.sizes, strict=True)
        ]
        self.sets = [acl.mdl.create_dataset() for _ in self.buffers]
        for each, buffer in zip(self.sets, self.buffers, strict=True):
            got(acl.mdl.add_dataset_buffer(each, buffer))

    def execute(self) -> int:
        return acl.mdl.execute(self.id, *self.sets)

    def execute_async(self) -> int:
        queue = stream()
        ret = acl.mdl.execute_async(self.id, *self.sets, queue)
        acl.rt.synchronize_stream(queue)
        return ret

    def with_memory(self, side: int, address: int, size: int | None = None) -> Model:
        size = self.sizes[side] if size is None else size
        assert acl.update_data_buffer(self.buffers[side], address, size) == 0
        return self
