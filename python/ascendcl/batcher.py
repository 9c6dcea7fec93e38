# SPDX-License-Identifier: Apache-2.0
"""Requests that share runs: a model's batches filled from many clients."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ascendcl._arguments import integer
from ascendcl._array_checks import checked_inputs
from ascendcl.batching.axis import batch_sizes, without_batch
from ascendcl.batching.calibration import example_batch, measured_covers
from ascendcl.batching.queue import BatchQueue
from ascendcl.errors import POOL_CLOSED, from_status
from ascendcl.pool.model_pool import HIGHEST_COUNT, ModelPool, seconds
from ascendcl.pool.service import Service

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ascendcl.model import Model
    from ascendcl.pool.model_pool import PoolOptions
    from ascendcl.pool.request import Array

__all__ = ["Batcher"]


class Batcher(Service):
    """A model whose runs are shared by the requests that wait.

    A request is some rows: arrays as the model takes them, with any number of rows along the first
    axis, 1 or more; its result has as many. docs/pool.md says how batches are made of them.

    Parameters
    ----------
    pool : ModelPool, str or path
        Whose workers to use, beside its own requests; or the file of a model, for workers of its
        own. The model has gears, one static batch, or dynamic shapes along the first axis.
    max_delay : float
        Seconds that a request waits at most for others, where a batch would be padded. One that is
        full goes at once.
    split : bool
        Whether the rows of one request may go in several runs; it may have any number then.
    sizes : sequence of int or None
        The batches to use: all gears, and with dynamic shapes 1, 2, 4 and 8, where not given.
    example : sequence of numpy.ndarray or None
        Rows that the model can compute, to measure it with; random ones where not given.
    max_waiting : int
        How many requests may wait.
    **options
        `devices`, `workers`, `share_weights`, `workspace`, `heal_timeout`, `memory`: as `ModelPool`
        takes them, where it has workers of its own.

    Raises
    ------
    ValueError
        The model has no batch along the first axis of each input and output, or the result of a
        row depends on the other rows of its batch.

    As `Model.from_file` does, too.

    Examples
    --------
    >>> with acl.Batcher("model.om", max_delay=0.002) as batcher:
    ...     probabilities = await batcher.run(image[np.newaxis])
    """

    __slots__ = ("_is_owner", "_pool")

    def __init__(
        self,
        pool: ModelPool | str | os.PathLike[str],
        *,
        max_delay: float = 0.002,
        split: bool = False,
        sizes: Sequence[int] | None = None,
        example: Sequence[Array] | None = None,
        max_waiting: int = 1024,
        **options: Unpack[PoolOptions],
    ) -> None:
        name = "Batcher"
        delay = seconds(name, "max_delay", max_delay)
        waiting = integer(name, "max_waiting", max_waiting, 1, HIGHEST_COUNT)
        if sizes is not None:
            sizes = [integer(name, "sizes", each, 1, HIGHEST_COUNT) for each in sizes]
        self._is_owner = not isinstance(pool, ModelPool)
        if isinstance(pool, ModelPool):
            if options:
                raise TypeError(f"{name}: the pool that is given decides {', '.join(options)}")
            pool._engine.refuse_forked(name)
            if pool.closed:
                raise from_status(POOL_CLOSED, "ModelPool", "")
            self._pool = pool
        else:
            self._pool = ModelPool(pool, **options)
        try:
            queue = self._new_queue(delay, split, sizes, example)
        except BaseException:
            if self._is_owner:
                self._pool.close()
            raise
        queue.max_waiting = waiting
        engine = self._pool._engine
        most = max(line.covers.largest for line in queue.lines.values())
        self._begin(engine, queue, window=2 * most * engine.worker_count)
        with engine.lock:
            queue.is_open = not engine.is_stopped  # the pool may have been closed meanwhile
            if queue.is_open:
                engine.queues.append(queue)
        if not queue.is_open:
            raise from_status(POOL_CLOSED, "ModelPool", "")

    def _new_queue(
        self,
        delay: float,
        split: bool,
        sizes: Sequence[int] | None,
        example: Sequence[Array] | None,
    ) -> BatchQueue:
        plan = self._pool._engine.plan
        models = self._pool._engine.models
        inputs = without_batch(models[0].inputs)
        if example is not None:
            example = checked_inputs(example, inputs)
        found = batch_sizes(models[0], sizes)
        if example is not None and len(found) > 1:
            raise ValueError("example: the model takes rows of several shapes")
        covers = measured_covers(models[0], found, example)
        if any(info.ranges for info in models[0].inputs):
            # What was not known when they were loaded, and is run when they are again.
            batches = [
                example_batch(models[0].inputs, rows, size, example)
                for rows, each in covers.items()
                for size in each.sizes
            ]
            for model in models[1:]:
                _warm_up(model, batches)
            plan.add_warm_up(batches)
        return BatchQueue("Batcher", inputs, covers, max_delay=delay, may_split=split)

    def close(self) -> None:
        """Answer what waits by PoolClosed and wait for what runs; own workers unload.

        Doing it again does nothing; nor does it in a forked child. `drain` first lets everything
        be answered.

        Raises
        ------
        RuntimeError
            It is called by a callback of a request.
        """
        self._engine.retire(self._queue, at_once=True)
        if self._is_owner:
            self._pool.close()


def _warm_up(model: Model, batches: Sequence[list[Any]]) -> None:
    for arrays in batches:
        model.run(*arrays)
