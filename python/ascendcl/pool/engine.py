# SPDX-License-Identifier: Apache-2.0
"""Workers: threads that each run a load of the model on what the queues have for them.

One lock for all; nobody holds it while a model runs, an answer is given, or anything is loaded.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import math
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ascendcl.errors import (
    FORKED,
    POOL_CLOSED,
    QUEUE_FULL,
    AclError,
    ClosedError,
    ForkedError,
    warn,
)
from ascendcl.pool import healing
from ascendcl.pool.group import Group, Worker
from ascendcl.pool.replicas import LoadPlan, Replicas
from ascendcl.pool.statistics import Snapshot

if TYPE_CHECKING:
    from ascendcl.model import Model
    from ascendcl.pool.queue import Failure, Job, Queue
    from ascendcl.pool.request import Request, Waker

__all__ = ["Engine"]

log: Final = logging.getLogger("ascendcl")

SECONDS_AT_EXIT: Final = 5.0  # for a request that runs then


class Engine:
    """The workers of a pool, and what is between them and the queues."""

    def __init__(
        self, name: str, plan: LoadPlan, counts: dict[int, int], heal_timeout: float
    ) -> None:
        self.name: Final = name
        self.path: Final = plan.path
        self.lock: Final = threading.Lock()
        self.changed: Final = threading.Condition(self.lock)
        self.queues: Final[deque[Queue]] = deque()
        self.groups: Final = [Group(Replicas(*each, plan)) for each in counts.items()]
        self.plan: Final = plan
        self.is_stopped = False
        self.broken: AclError | None = None  # why nothing has served for longer than may be
        self.heal_timeout: Final = heal_timeout
        self._idle: list[Worker] = []
        self._undelivered: deque[Failure] = deque()
        self._alarm: Final = threading.Lock()  # held until the clock has to look
        self._alarm.acquire()
        self._due = math.inf
        self._closing: Final = threading.Lock()
        # Whether this is a child of the process that has the workers: its locks and threads are
        # another's.
        self.is_forked = False
        self._threads: Final[list[threading.Thread]] = []

    # Opening and closing.

    def open(self) -> None:
        """Load on every device, or leave nothing behind; no worker runs yet."""
        with contextlib.ExitStack() as stack:
            for group in self.groups:
                start = time.monotonic()
                group.replicas.open()
                stack.push(_closing(group.replicas))
                group.load_seconds = time.monotonic() - start
            stack.pop_all()

    def start(self) -> None:
        """Let the workers begin. What was started is ended by `close`, also where this fails."""
        _engines.add(self)
        _watch_process()
        workers = [Worker(g, i) for g in self.groups for i in range(g.replicas.count)]
        for group in self.groups:
            group.running = group.replicas.count  # until each has found nothing to do
        for number, worker in enumerate(workers):
            name = f"ascendcl-{worker.group.replicas.device}-{number}"
            # Daemons: a pool that nobody closes is closed at exit, which waits for other threads.
            thread = threading.Thread(target=self._work, args=(worker,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        clock = threading.Thread(target=self._run_clock, name="ascendcl-clock", daemon=True)
        clock.start()
        self._threads.append(clock)
        with self.lock:  # with max_waiting=0 a request is taken from now on
            self.changed.wait_for(lambda: len(self._idle) == len(workers))
        log.info(
            "%s of %s: %d workers on devices %s",
            *(self.name, self.path, len(workers), [g.replicas.device for g in self.groups]),
        )

    def close(self, patience: float | None = None) -> None:
        """Answer what waits by PoolClosed, wait for what runs, and unload.

        Doing it again does nothing. With patience, what runs for more seconds is left to itself.
        """
        if self.is_forked:
            return
        self.refuse_own_threads("close")
        self._end(patience)

    def _end(self, patience: float | None = None) -> None:
        with self.lock:
            was_open = not self.is_stopped
            self.is_stopped = True
            for queue in self.queues:
                self.shut(queue)
            for worker in [*self._idle, *(w for g in self.groups for w in g.parked)]:
                worker.wake.release()
            self._idle.clear()
            for group in self.groups:
                group.parked.clear()
            self.changed.notify_all()
        self.wake_clock()
        self.deliver()
        others = [each for each in self._threads if each is not threading.current_thread()]
        for thread in others:
            thread.join(patience)
        if any(thread.is_alive() for thread in others):
            log.warning("%s of %s: a request does not end", self.name, self.path)
            return
        with self._closing, contextlib.ExitStack() as stack:
            for group in self.groups:
                stack.push(_closing(group.replicas))
        if was_open:
            log.info("%s of %s: closed", self.name, self.path)

    def shut(self, queue: Queue) -> None:
        """Let a queue take nothing more, and answer what waits in it. Under the lock."""
        queue.is_open = False
        errors = iter(lambda: queue.error(POOL_CLOSED), None)
        self._undelivered += queue.clear(errors, code=POOL_CLOSED)

    def retire(self, queue: Queue, *, at_once: bool = False) -> None:
        """Let a queue take nothing more and go when everything is answered."""
        if self.is_forked:
            return
        self.refuse_own_threads("close")
        with self.lock:
            queue.is_open = False
            if at_once:
                self.shut(queue)
            self.dispatch()
        self.deliver()
        with self.lock:
            self.changed.wait_for(lambda: queue.is_done)
            if queue in self.queues:
                self.queues.remove(queue)

    def drop(self, queue: Queue) -> None:
        """Let a queue go that nobody has any more. Takes no lock: it comes of garbage collection.

        The clock does the rest; with the last queue it closes the pool.
        """
        if not self.is_forked:
            queue.is_dropped = True
            self.wake_clock()

    # What is asked of it.

    @property
    def models(self) -> list[Model]:
        """All loads."""
        return [model for group in self.groups for model in group.replicas.models]

    @property
    def worker_count(self) -> int:
        """How many workers there are."""
        return sum(group.replicas.count for group in self.groups)

    @property
    def is_serving(self) -> bool:
        """Whether any device can run requests."""
        return not self.is_stopped and any(group.fault is None for group in self.groups)

    def refuse_forked(self, function: str) -> None:
        """Raise in a child, whose locks and threads are another process's."""
        if self.is_forked:
            raise ForkedError(FORKED, f"{self.name}.{function}")

    def refuse_own_threads(self, function: str) -> None:
        """Raise in a callback of a request, where waiting would be for itself."""
        if threading.current_thread() in self._threads:
            raise RuntimeError(
                f"{self.name}.{function} waits for the workers, and this is one: a callback of a "
                "request runs on the worker that answers it"
            )

    def snapshot(self, queue: Queue) -> Snapshot:
        """What is counted of a queue and of the workers."""
        with self.lock:
            return Snapshot(
                queue.is_open and self.is_serving,
                len(queue.waiting),
                queue.running,
                queue.statistics.copy(),
                queue.statistics.parts(),
                [group.counts(self._idle) for group in self.groups],
            )

    # Requests come, and go.

    def admit(self, queue: Queue, request: Request, *, is_bounded: bool = True) -> None:
        """Let a request wait, or give it to a worker."""
        with self.lock:
            if not queue.is_open:
                raise queue.error(POOL_CLOSED)
            if self.broken is not None:
                raise healing.unavailable(self.broken)
            if is_bounded and queue.is_full(has_idle=bool(self._idle)):
                queue.statistics.outcomes["rejected"] += 1
                raise queue.error(QUEUE_FULL, f"{len(queue.waiting)} wait")
            queue.add(request)
            if self._idle:
                self.dispatch()
            elif request.deadline is not None:
                self._set_alarm()
        if self._undelivered:
            self.deliver()

    def withdraw(self, queue: Queue, request: Request) -> bool:
        """Take a cancelled request out; whether it still waited."""
        if self.is_forked:
            return False
        with self.lock:
            is_out = queue.withdraw(request)
        if is_out:
            self._answered(queue, 0)
        return is_out

    def dispatch(self) -> None:
        """Give what waits to who is idle, on the devices with the least to do. Under the lock."""
        while self._idle:
            job = self._take()
            if job is None:
                break
            worker = min(self._idle, key=_load)
            self._idle.remove(worker)
            worker.group.running += 1
            worker.job = job
            worker.wake.release()
        self._set_alarm()

    def fail_waiting(self, cause: AclError) -> None:
        """Answer all that waits by an error. Under the lock."""
        for queue in self.queues:
            errors = iter(lambda: healing.unavailable(cause), None)
            self._undelivered += queue.clear(errors, code=cause.code)
        self.changed.notify_all()

    def deliver(self) -> None:
        """Give the answers that came up under the lock, without it: callbacks run in it."""
        wakers = set()
        while self._undelivered:
            try:
                request, error = self._undelivered.popleft()
            except IndexError:  # another thread has delivered it
                break
            wakers.add(_answer(request.reply.fail, error))
        _wake(wakers)

    def _take(self) -> Job | None:
        now = time.monotonic()
        for queue in self.queues:
            self._undelivered += queue.expired(now)
            job = queue.take(now)
            if job is not None:
                if len(self.queues) > 1:
                    self.queues.rotate(-1)  # theirs is the next turn
                return job
        return None

    # The clock: deadlines and delays.

    def _next_due(self) -> float:
        has_idle = bool(self._idle)
        return min((each.due(has_idle=has_idle) for each in self.queues), default=math.inf)

    def _set_alarm(self) -> None:
        due = self._next_due()
        if due < self._due:
            self._due = due
            self.wake_clock()

    def wake_clock(self) -> None:
        """Have the clock look at the time, and at everything. Needs no lock."""
        with contextlib.suppress(RuntimeError):  # it is about to look
            self._alarm.release()

    def _run_clock(self) -> None:
        while True:
            left = self._due - time.monotonic()
            self._alarm.acquire(timeout=min(max(left, 0.0), threading.TIMEOUT_MAX))
            with self.lock:
                if self.is_stopped:
                    return
                self._due = -math.inf  # it is looking: by no alarm it is to look once more
                now = time.monotonic()
                for queue in self.queues:
                    queue.is_open = queue.is_open and not queue.is_dropped
                    self._undelivered += queue.expired(now)
                self.dispatch()
                for queue in [each for each in self.queues if each.is_dropped and each.is_done]:
                    self.queues.remove(queue)
                self.changed.notify_all()
                has_queues = bool(self.queues)
                self._due = self._next_due()
            self.deliver()
            if not has_queues:
                break
        log.warning("%s of %s was dropped without close()", self.name, self.path)
        try:
            self._end()
        except AclError as error:
            log.warning("%s of %s: %s", self.name, self.path, str(error))

    # The workers.

    def _work(self, worker: Worker) -> None:
        worker.times.listen()
        try:
            while (job := self._next(worker)) is not None:
                self._run(worker, job)
                del job  # whoever is idle keeps no arrays
        finally:
            worker.times.leave()

    def _next(self, worker: Worker) -> Job | None:
        """What to run next, once there is something; None when the pool is closed."""
        group = worker.group
        with self.lock:
            job = None if self.is_stopped or group.fault is not None else self._take()
            if job is None:
                group.running -= 1
                if self.is_stopped:
                    worker.wake.release()
                elif group.fault is not None:
                    group.parked.append(worker)
                else:
                    self._idle.append(worker)
                    self._set_alarm()
            self.changed.notify_all()
        self.deliver()
        if job is None:
            worker.wake.acquire()
            job, worker.job = worker.job, None
        return job

    def _run(self, worker: Worker, job: Job) -> None:
        start = time.monotonic()
        try:
            answers = job.answers(worker.model.run(*job.arrays()))
        except BaseException as error:
            self._failed(worker, job, error)
            return
        seconds = time.monotonic() - start
        queue, statistics = job.queue, job.queue.statistics
        with self.lock:
            statistics.runs += 1
            statistics.run_seconds.observe(seconds)
            statistics.times.add(worker.times)
            statistics.rows.observe(job.rows)
            statistics.padded_rows += job.padded_rows
            statistics.outcomes["ok"] += len(answers)
        _wake({_answer(request.reply.succeed, value) for request, value in answers})
        self._answered(queue, len(answers))

    def _failed(self, worker: Worker, job: Job, error: BaseException) -> None:
        group = worker.group
        fault = healing.fault_of(error, worker)
        with self.lock:
            is_first = fault is not None and group.fault is None
            if is_first:
                assert fault is not None
                group.fault = fault
                group.faults += 1
                group.parked += [each for each in self._idle if each.group is group]
                self._idle = [each for each in self._idle if each.group is not group]
            known = group.fault
            is_closed = self.is_stopped and isinstance(error, ClosedError)
        if is_closed:  # while its device was being healed
            self._fail(job, job.queue.error(POOL_CLOSED))
            return
        if known is None and len(job.requests) > 1:
            # It may be one of them alone that cannot be computed.
            for alone in job.alone():
                self._run(worker, alone)
            return
        if known is not None and not is_first:
            error = healing.lost_to(known, error)
        self._fail(job, error)
        if is_first:
            healing.heal(self, worker)

    def _fail(self, job: Job, error: BaseException) -> None:
        queue = job.queue
        with self.lock:
            requests = queue.give_up(job.requests, getattr(error, "code", 0))
        _wake({_answer(request.reply.fail, error) for request in requests})
        self._answered(queue, len(requests))

    def _answered(self, queue: Queue, count: int) -> None:
        with self.lock:
            queue.running -= count
            if queue.is_done:
                self.changed.notify_all()
                if queue.is_dropped:
                    self.wake_clock()

    def resume(self, group: Group) -> None:
        """Let the workers of a device that was healed serve again. Under the lock."""
        group.fault = None
        self.broken = None
        self._idle += group.parked
        group.parked.clear()
        self.dispatch()


def _load(worker: Worker) -> int:
    return worker.group.running


def _answer(reply: Callable[[Any], Waker | None], value: Any) -> Waker | None:
    try:
        return reply(value)
    except BaseException:  # of a callback that is no Exception: the worker goes on
        log.exception("a callback of a request has raised")
        return None


def _wake(wakers: set[Waker | None]) -> None:
    for waker in wakers:
        if waker is not None:
            waker.wake()


def _closing(replicas: Replicas) -> Callable[[Any, BaseException | None, Any], None]:
    """For an ExitStack: close them, and do not replace the error that is on its way."""

    def close(_: object, error: BaseException | None, __: object) -> None:
        try:
            replicas.close()
        except AclError as failure:
            if error is None:
                raise
            warn(failure)

    return close


_engines: Final[weakref.WeakSet[Engine]] = weakref.WeakSet()


@functools.cache
def _watch_process() -> None:
    # Not at import: what is registered last comes first, and the import's own hook is to be later.
    atexit.register(_close_all)
    os.register_at_fork(after_in_child=_leave_to_parent)


def _close_all() -> None:
    for engine in list(_engines):
        try:
            engine.close(SECONDS_AT_EXIT)
        except AclError as error:
            log.warning("%s of %s, at exit: %s", engine.name, engine.path, str(error))


def _leave_to_parent() -> None:
    for engine in list(_engines):
        engine.is_forked = True
