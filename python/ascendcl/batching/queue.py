# SPDX-License-Identifier: Apache-2.0
"""Requests that wait to share a run: one line for each shape of rows."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ascendcl._results import single_or_tuple
from ascendcl.batching.cover import Covers
from ascendcl.pool.queue import Job, Queue
from ascendcl.pool.request import Request
from ascendcl.pool.statistics import Statistics

if TYPE_CHECKING:
    from ascendcl.batching.axis import RowShapes
    from ascendcl.pool.request import Array
    from ascendcl.tensor_info import TensorInfo

__all__ = ["BatchQueue"]

# Rows of a request, from the first to before the last.
Part = tuple[Request, int, int]


class Line:
    """Those that wait with rows of one shape, and the batches that there are for them."""

    def __init__(self, covers: Covers) -> None:
        self.covers = covers
        self.waiting: OrderedDict[Request, None] = OrderedDict()
        self.rows = 0  # that wait
        self.parted = 0  # requests of more than one row

    @property
    def oldest(self) -> Request:
        """Whose turn it is."""
        return next(iter(self.waiting))

    def add(self, request: Request) -> None:
        """Let it wait."""
        self.waiting[request] = None
        self.rows += request.rows
        self.parted += request.rows > 1

    def remove(self, request: Request) -> None:
        """Take it out."""
        del self.waiting[request]
        self.rows -= request.rows - request.begun
        self.parted -= request.rows > 1

    def next_rows(self, *, may_pad: bool, may_split: bool) -> int:
        """How many rows the next batch is to have at most; 0 where it is better to wait."""
        covers = self.covers
        if may_split or not self.parted:
            if self.rows >= covers.largest:
                return covers.largest
            cover = covers.of(self.rows)
            return cover.batches[0] if may_pad or cover.padded == 0 else 0
        groups = []
        rows = 0
        for request in self.waiting:
            if rows + request.rows > covers.largest:
                return rows  # no wait makes it fuller
            groups.append(request.rows)
            rows += request.rows
        if rows == covers.largest:
            return rows
        count, padded = covers.of_sequence(groups)
        return sum(groups[:count]) if may_pad or padded == 0 else 0


class Batch(Job):
    """One run for the rows of several requests."""

    __slots__ = ("_parts", "_size")

    def __init__(self, queue: Queue, parts: list[Part], size: int) -> None:
        self._parts = parts
        self._size = size
        rows = sum(end - begin for _, begin, end in parts)
        super().__init__(queue, [request for request, _, _ in parts], rows, size - rows)

    def arrays(self) -> list[Array]:
        """The rows one after another, and the last once more for each that is missing."""
        columns = zip(*(request.arrays for request, _, _ in self._parts), strict=True)
        return [self._joined(column) for column in columns]

    def _joined(self, column: Sequence[Array]) -> Array:
        (_, begin, end), *others = self._parts
        if not others and end - begin == self._size:
            return column[0][begin:end]
        joined = np.empty((self._size, *column[0].shape[1:]), column[0].dtype)
        at = 0
        for array, (_, begin, end) in zip(column, self._parts, strict=True):
            joined[at : at + end - begin] = array[begin:end]
            at += end - begin
        joined[at:] = joined[at - 1]
        return joined

    def answers(self, results: list[Array]) -> list[tuple[Request, Any]]:
        """The results of those requests that lack no row any more."""
        request, begin, end = self._parts[0]
        if end - begin == self._size == request.rows:
            return [(request, single_or_tuple(results))]
        answers = []
        at = 0
        for request, begin, end in self._parts:
            rows = slice(at, at + end - begin)
            at = rows.stop
            # Copies: a client that keeps its rows does not keep everybody's.
            own = [result[rows].copy() for result in results]
            is_whole = end - begin == request.rows
            joined = own if is_whole else request.join(begin, own)
            if joined is not None:
                answers.append((request, single_or_tuple(joined)))
        return answers

    def alone(self) -> list[Job]:
        """The same as batches of one request each."""
        return [
            Batch(self.queue, [part], part[0].line.covers.size_for(part[2] - part[1]))
            for part in self._parts
        ]


class BatchQueue(Queue):
    """Requests of some rows each.

    Parameters
    ----------
    name : str
        Of the class that it belongs to.
    inputs : sequence of TensorInfo
        With any size along the first axis.
    covers : mapping from row shapes to Covers
        The batches that there are.
    max_delay : float
        Seconds that the oldest waits at most for others, where there would be padding.
    may_split : bool
        Whether the rows of a request may go in several runs.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[TensorInfo],
        covers: Mapping[RowShapes, Covers],
        *,
        max_delay: float,
        may_split: bool,
    ) -> None:
        super().__init__(name, inputs, ())
        self.lines = {shapes: Line(each) for shapes, each in covers.items()}
        self.max_delay = max_delay
        self.may_split = may_split
        self.statistics = Statistics(sorted({n for each in covers.values() for n in each.sizes}))

    def _request(self, request: Request) -> Request:
        arrays = request.arrays
        line = self.lines.get(row_shapes(arrays))
        sizes = {array.shape[0] if array.ndim else 0 for array in arrays}
        if line is None or len(sizes) != 1:
            given = ", ".join(str(array.shape) for array in arrays)
            taken = "; ".join(", ".join(map(str, shapes)) for shapes in self.lines)
            raise ValueError(
                f"expected as many rows in each input, of the shapes {taken}; got {given}"
            )
        (request.rows,) = sizes
        request.line = line
        if request.rows < 1:
            raise ValueError("expected one row or more, got none")
        if request.rows > line.covers.largest and not self.may_split:
            raise ValueError(
                f"{request.rows} rows are more than the largest batch, {line.covers.largest}; "
                "split=True lets them go in several runs"
            )
        return request

    def add(self, request: Request) -> None:
        """Let it wait."""
        super().add(request)
        request.line.add(request)

    def remove(self, request: Request) -> None:
        """Take it out."""
        super().remove(request)
        request.line.remove(request)

    def due(self, *, has_idle: bool) -> float:
        """When one expires, or the oldest has waited long enough for who is idle."""
        due = super().due(has_idle=has_idle)
        if not has_idle:
            return due
        waited = (each.oldest.admitted for each in self.lines.values() if each.waiting)
        return min(due, min(waited, default=math.inf) + self.max_delay)

    def take(self, now: float) -> Job | None:
        """Take out a batch; of lines that have one, from that whose oldest waits longest."""
        lines = [each for each in self.lines.values() if each.waiting]
        if len(lines) > 1:
            lines.sort(key=lambda each: each.oldest.admitted)
        for line in lines:
            while line.waiting:
                may_pad = not self.is_open or now >= line.oldest.admitted + self.max_delay
                rows = line.next_rows(may_pad=may_pad, may_split=self.may_split)
                if rows == 0:
                    break
                parts = self._part(line, rows, now)
                if parts:
                    size = line.covers.size_for(sum(end - begin for _, begin, end in parts))
                    return Batch(self, parts, size)
        return None

    def _part(self, line: Line, rows: int, now: float) -> list[Part]:
        """Take so many rows out, or less where a request is not wanted any more."""
        parts: list[Part] = []
        while rows > 0 and line.waiting:
            request = line.oldest
            begin = request.begun
            if not self.may_split and request.rows > rows:
                break
            if begin == 0 and not self.begin([request], now):
                self.remove(request)
                continue
            end = min(begin + rows, request.rows)
            rows -= end - begin
            parts.append((request, begin, end))
            if end == request.rows:
                self.remove(request)
            else:
                line.rows -= end - begin
            request.begun = end
        return parts


def row_shapes(arrays: Sequence[Array]) -> RowShapes:
    """The shape of one row of each."""
    return tuple(array.shape[1:] for array in arrays)
