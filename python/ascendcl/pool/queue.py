# SPDX-License-Identifier: Apache-2.0
"""Where requests wait, and what becomes of them when a worker is free."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ascendcl._array_checks import checked_inputs, gear_of
from ascendcl._results import single_or_tuple
from ascendcl.errors import EXPIRED, AclError, from_status
from ascendcl.pool.request import Reply, Request
from ascendcl.pool.statistics import Statistics

if TYPE_CHECKING:
    from ascendcl.pool.request import Array
    from ascendcl.tensor_info import Gear, TensorInfo

__all__ = ["Fifo", "Job", "Queue"]

# A request that is answered by an error, once nobody holds the pool's lock.
Failure = tuple[Request, AclError]


class Job:
    """One run of the model for one request."""

    __slots__ = ("padded_rows", "queue", "requests", "rows")

    def __init__(
        self, queue: Queue, requests: list[Request], rows: int = 1, padded_rows: int = 0
    ) -> None:
        self.queue = queue
        self.requests = requests
        self.rows = rows  # that were asked for
        self.padded_rows = padded_rows

    def arrays(self) -> list[Array]:
        """What the model is given."""
        return self.requests[0].arrays

    def answers(self, results: list[Array]) -> list[tuple[Request, Any]]:
        """The requests that can be answered by now, and how."""
        return [(self.requests[0], single_or_tuple(results))]

    def alone(self) -> list[Job]:
        """The same as jobs of one request each, to find out which it is that fails."""
        return [self]


class Queue(ABC):
    """Requests that wait. All but `request` is called under the pool's lock."""

    def __init__(self, name: str, inputs: Sequence[TensorInfo], gears: Sequence[Gear]) -> None:
        self.name = name  # of the class that it belongs to
        self.inputs = tuple(inputs)
        self.gears = tuple(gears)
        self.max_waiting = 0
        self.waiting: OrderedDict[Request, None] = OrderedDict()
        self.running = 0  # requests that have begun and have no answer yet
        self.is_open = True
        self.is_dropped = False  # nobody has it any more, and it goes once it is done
        self.statistics = Statistics()
        self._earliest = math.inf  # no request that waits has a deadline before

    def request(
        self,
        inputs: Sequence[Array | Mapping[str, Array]],
        reply: Reply,
        timeout: float | None,
    ) -> Request:
        """Make a request of what a client gives."""
        arrays = checked_inputs(inputs, self.inputs)
        now = time.monotonic()
        return self._request(Request(arrays, reply, now, _deadline(now, timeout)))

    def _request(self, request: Request) -> Request:
        gear_of(request.arrays, self.inputs, self.gears)
        return request

    @property
    def is_done(self) -> bool:
        """Whether every request is answered."""
        return not self.waiting and not self.running

    def is_full(self, *, has_idle: bool) -> bool:
        """Whether no more may wait. One that a worker takes at once does not."""
        if has_idle and not self.waiting:
            return False
        return len(self.waiting) >= self.max_waiting

    def add(self, request: Request) -> None:
        """Let it wait."""
        self.waiting[request] = None
        if request.deadline is not None and request.deadline < self._earliest:
            self._earliest = request.deadline

    def withdraw(self, request: Request) -> bool:
        """Take a request out that is cancelled; whether it still waited."""
        if request not in self.waiting or request.begun:
            return False
        self.remove(request)
        self.statistics.outcomes["cancelled"] += 1
        return True

    def remove(self, request: Request) -> None:
        """Take a request out."""
        del self.waiting[request]

    def expired(self, now: float) -> list[Failure]:
        """Take out those whose deadline has passed."""
        if now < self._earliest:
            return []
        limited = [(each.deadline, each) for each in self.waiting if each.deadline is not None]
        late = [each for deadline, each in limited if deadline <= now and not each.begun]
        for request in late:
            self.remove(request)
        self._earliest = min((each for each, _ in limited if each > now), default=math.inf)
        self.statistics.outcomes["expired"] += len(late)
        return [(request, self.error(EXPIRED)) for request in late]

    def clear(self, errors: Iterable[AclError], *, code: int) -> list[Failure]:
        """Take all out; each is answered by one of the errors, which are counted by `code`."""
        waiting = list(self.waiting)
        for request in waiting:
            self.remove(request)
        claimed = [request for request in waiting if request.claim()]
        self.running -= sum(request.begun > 0 for request in claimed)
        self.statistics.outcomes["error"] += len(claimed)
        self.statistics.errors[code] += len(claimed)
        return list(zip(claimed, errors, strict=False))

    def give_up(self, requests: Sequence[Request], code: int) -> list[Request]:
        """Of requests whose run has failed, those that are to be told, once each."""
        for request in requests:
            if request in self.waiting:  # with the rest of its rows
                self.remove(request)
        claimed = [request for request in requests if request.claim()]
        self.statistics.outcomes["error"] += len(claimed)
        self.statistics.errors[code] += len(claimed)
        return claimed

    def begin(self, requests: Sequence[Request], now: float) -> list[Request]:
        """Of requests that were taken out, begin those that are still wanted."""
        wanted = [request for request in requests if request.reply.begin()]
        self.statistics.outcomes["cancelled"] += len(requests) - len(wanted)
        self.running += len(wanted)
        for request in wanted:
            self.statistics.queue_seconds.observe(now - request.admitted)
        return wanted

    def error(self, code: int, detail: str = "") -> AclError:
        """An error of this queue's."""
        return from_status(code, self.name, detail)

    def due(self, *, has_idle: bool) -> float:
        """When it has to be looked at again though nothing was added."""
        return self._earliest

    @abstractmethod
    def take(self, now: float) -> Job | None:
        """Take out what a worker is to run now; None where that is nothing."""


class Fifo(Queue):
    """First come, first served; each request is a run."""

    def take(self, now: float) -> Job | None:
        """Take out the oldest that is wanted."""
        while self.waiting:
            request, _ = self.waiting.popitem(last=False)
            if self.begin([request], now):
                return Job(self, [request])
        return None


def _deadline(now: float, timeout: float | None) -> float | None:
    if timeout is None:
        return None
    if math.isnan(timeout):
        raise ValueError("timeout must be a number of seconds, not nan")
    return now + timeout
