# SPDX-License-Identifier: Apache-2.0
"""The faces of a pool and of a batcher: the same requests from threads and from event loops."""

from __future__ import annotations

import functools
import math
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ascendcl._closeable import Closeable
from ascendcl.errors import NOT_DRAINED, QueueFull
from ascendcl.memory_use import KINDS
from ascendcl.pool.request import RequestFuture
from ascendcl.pool.statistics import device_memory

if TYPE_CHECKING:
    from ascendcl.pool.engine import Engine
    from ascendcl.pool.queue import Queue
    from ascendcl.pool.request import Array
    from ascendcl.pool.statistics import Snapshot
    from ascendcl.tensor_info import TensorInfo

__all__ = ["Service"]


class Service(Closeable):
    """What takes requests."""

    __slots__ = ("__weakref__", "_engine", "_queue", "_window")

    _engine: Engine
    _queue: Queue
    _window: int  # requests of map() that are under way at a time

    def _begin(self, engine: Engine, queue: Queue, window: int) -> None:
        self._engine = engine
        self._queue = queue
        self._window = window
        weakref.finalize(self, engine.drop, queue).atexit = False

    @property
    def inputs(self) -> tuple[TensorInfo, ...]:
        """What the model takes."""
        return self._queue.inputs

    @property
    def outputs(self) -> tuple[TensorInfo, ...]:
        """What the model gives."""
        return self._engine.models[0].outputs

    @property
    def ready(self) -> bool:
        """Whether requests are taken, and a device is there to run them.

        False from a device's failure until it is healed, where there is no other, and from
        `drain` or `close` on.
        """
        return not self._engine.is_forked and self._queue.is_open and self._engine.is_serving

    @property
    def closed(self) -> bool:
        """Whether `close` or `drain` was called."""
        return not self._queue.is_open

    def submit(
        self, *inputs: Array | Mapping[str, Array], timeout: float | None = None
    ) -> Future[Any]:
        """Have the model run on a worker.

        Parameters
        ----------
        *inputs : numpy.ndarray, or one mapping from names to arrays
            What a call of `Model` takes. Nothing is copied: leave them as they are until there is
            an answer.
        timeout : float or None
            Seconds that the request may wait. One that has begun is not stopped.

        Returns
        -------
        concurrent.futures.Future
            Of what a call of `Model` returns. `cancel` takes a request out that has not begun. Its
            callbacks run on the worker: they should be short, and must not wait for a request.

        Raises
        ------
        TypeError, ValueError
            The inputs do not fit the model.
        QueueFull
            As many requests wait as may.
        PoolClosed
            It was closed, or is being drained.
        DeviceFaultError, or what else a load fails by
            No device could be loaded for longer than `heal_timeout`.

        The future fails with AclTimeoutError where the request has waited for `timeout`, with
        PoolClosed where it waited at `close`, with DeviceFaultError where its device failed, and
        with what else a call of `Model` raises.
        """
        return self._submit(inputs, timeout, "submit")

    def try_submit(
        self, *inputs: Array | Mapping[str, Array], timeout: float | None = None
    ) -> Future[Any] | None:
        """Answer None where `submit` raises QueueFull; otherwise the same."""
        try:
            return self._submit(inputs, timeout, "try_submit")
        except QueueFull:
            return None

    async def run(self, *inputs: Array | Mapping[str, Array], timeout: float | None = None) -> Any:
        """Have the model run on a worker, and wait for the result without blocking the loop.

        Cancelling the task that awaits it takes the request out of the queue; where it runs
        already, its result is dropped.

        Parameters, result and exceptions are those of `submit` and its future.
        """
        # Here: importing it takes longer than the rest of the package.
        import asyncio

        from ascendcl.pool.loop_reply import LoopReply

        self._engine.refuse_forked("run")
        reply = LoopReply(asyncio.get_running_loop())
        request = self._queue.request(inputs, reply, timeout)
        self._engine.admit(self._queue, request)
        try:
            return await reply.future
        except asyncio.CancelledError:
            self._engine.withdraw(self._queue, request)
            raise

    def map(self, *columns: Iterable[Array], timeout: float | None = None) -> Iterator[Any]:
        """Run the model on each array of an iterable, or on each group of several in step.

        Results come in the order of the inputs. A few more requests than there are workers are
        under way at a time: the iterables may be endless, and `max_waiting` does not count here.

        Parameters
        ----------
        *columns : iterable of numpy.ndarray
            One per input of the model.
        timeout : float or None
            Seconds that each request may wait.

        Raises
        ------
        As `submit` and its future do, when the result's turn has come; what is left is cancelled.
        """
        requests = zip(*columns, strict=True)
        under_way: deque[Future[Any]] = deque()
        self._fill(under_way, requests, timeout)
        return self._results(under_way, requests, timeout)

    def _fill(
        self,
        under_way: deque[Future[Any]],
        requests: Iterator[tuple[Array, ...]],
        timeout: float | None,
    ) -> None:
        while len(under_way) < self._window:
            try:
                inputs = next(requests)
            except StopIteration:
                return
            under_way.append(self._submit(inputs, timeout, "map", is_bounded=False))

    def _results(
        self,
        under_way: deque[Future[Any]],
        requests: Iterator[tuple[Array, ...]],
        timeout: float | None,
    ) -> Iterator[Any]:
        try:
            while under_way:
                result = under_way.popleft().result()
                self._fill(under_way, requests, timeout)
                yield result
        finally:
            for future in under_way:
                future.cancel()

    def _submit(
        self,
        inputs: tuple[Array | Mapping[str, Array], ...],
        timeout: float | None,
        function: str,
        *,
        is_bounded: bool = True,
    ) -> Future[Any]:
        self._engine.refuse_forked(function)
        future = RequestFuture()
        request = self._queue.request(inputs, future, timeout)
        future._withdraw = functools.partial(self._engine.withdraw, self._queue, request)
        self._engine.admit(self._queue, request, is_bounded=is_bounded)
        return future

    def drain(self, timeout: float | None = None) -> None:
        """Take no more requests, and wait until all that were taken are answered.

        Parameters
        ----------
        timeout : float or None
            Seconds; None waits for ever.

        Raises
        ------
        AclTimeoutError
            There are requests left; they go on, and `drain` may be called again.
        """
        engine, queue = self._engine, self._queue
        engine.refuse_forked("drain")
        engine.refuse_own_threads("drain")
        with engine.lock:
            queue.is_open = False
            engine.dispatch()
        engine.deliver()
        with engine.lock:
            is_done = engine.changed.wait_for(lambda: queue.is_done, timeout)
            left = len(queue.waiting) + queue.running
        if not is_done:
            raise queue.error(NOT_DRAINED, f"{left} are left")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Drain and close; after an error close at once."""
        try:
            if error is None and not self._engine.is_forked:
                self.drain()
        finally:
            super().__exit__(kind, error, traceback)

    def stats(self) -> dict[str, float]:
        """Counts since the pool was opened, and how things are now.

        docs/pool.md has a table of them. All are of one moment, but for memory, which is asked for
        afterwards.
        """
        now = self._snapshot("stats")
        counted, devices = now.counted, now.devices
        states = {
            state: sum(each.workers[state] for each in devices) for state in devices[0].workers
        }
        memory = device_memory(devices)
        unknown = math.nan if len(memory) < len(devices) else 0
        return {
            "workers": sum(states.values()),
            **{f"workers_{state}": count for state, count in states.items()},
            "requests_waiting": now.waiting,
            "requests_running": now.running,
            "requests_num": sum(counted.outcomes.values()) + now.waiting + now.running,
            **{f"requests_{outcome}": count for outcome, count in counted.outcomes.items()},
            "requests_wait_seconds": counted.queue_seconds.sum,
            "runs_num": counted.runs,
            "runs_seconds": counted.run_seconds.sum,
            **{f"runs_{part}_seconds": times.sum for part, times in now.parts.items()},
            "rows_num": int(counted.rows.sum),
            "rows_padded": counted.padded_rows,
            "faults_num": sum(each.faults for each in devices),
            "heals_num": sum(each.heals for each in devices),
            "heals_failed": sum(each.failed_heals for each in devices),
            "load_seconds": max(each.load_seconds for each in devices),
            **{
                f"device_memory_{kind}_bytes": unknown
                + sum(getattr(each, kind) for each in memory.values())
                for kind in KINDS
            },
        }

    def _snapshot(self, function: str) -> Snapshot:
        self._engine.refuse_forked(function)
        return self._engine.snapshot(self._queue)

    def __repr__(self) -> str:
        state = "" if self._queue.is_open else " closed"
        return f"<acl.{type(self).__name__} of {self._engine.path}{state}>"
