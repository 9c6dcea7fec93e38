# SPDX-License-Identifier: Apache-2.0
"""What is found out of a model before batches are made of requests: what they cost, and that the
rows of a batch have nothing to do with each other."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ascendcl.batching.cover import Covers
from ascendcl.errors import MODEL_FAILED, AclError

if TYPE_CHECKING:
    from ascendcl.batching.axis import RowShapes
    from ascendcl.model import Model
    from ascendcl.pool.request import Array
    from ascendcl.tensor_info import TensorInfo

__all__ = ["example_batch", "measured_covers"]

# Timed runs of each size, of which the shortest counts: at least so many, and of a quick model as
# many as there is time for.
RUNS: Final = 3
SECONDS: Final = 0.02
TOLERANCE: Final = 1e-2  # of the largest value: a row's place may decide how it is rounded


def measured_covers(
    model: Model, sizes: Mapping[RowShapes, Sequence[int]], example: Sequence[Array] | None
) -> dict[RowShapes, Covers]:
    """Run the model in every size, and see that rows do not depend on each other.

    Raises
    ------
    ValueError
        They do.
    AclError
        The model cannot compute the rows that it was given.
    """
    return {
        rows: Covers({size: _seconds(model, rows, size, example) for size in of_rows})
        for rows, of_rows in sizes.items()
    }


def example_batch(
    infos: Sequence[TensorInfo],
    rows: RowShapes,
    size: int,
    example: Sequence[Array] | None,
    first: int = 0,
) -> list[Array]:
    """A batch of random rows, or of the example's in turn; of others with another `first`."""
    if example is not None:
        order = np.arange(first, first + size) % len(example[0])
        return [np.ascontiguousarray(array[order]) for array in example]
    random = np.random.default_rng((first, size))
    return [
        _random(random, (size, *shape), info.dtype) for shape, info in zip(rows, infos, strict=True)
    ]


def _random(random: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    # Integers may be positions of something: 0 and 1 are the likeliest to be there.
    if dtype.kind in "iub":
        return random.integers(0, 2, shape).astype(dtype)
    return random.random(shape).astype(dtype)


def _seconds(model: Model, rows: RowShapes, size: int, example: Sequence[Array] | None) -> float:
    arrays = example_batch(model.inputs, rows, size, example)
    try:
        results = model.run(*arrays)
    except AclError as error:
        if error.code == MODEL_FAILED and example is None:
            raise ValueError(
                "the model cannot compute random rows; give some that it can, as example"
            ) from error
        raise
    if size > 1:
        # The first row at the end of a batch of other rows.
        moved = example_batch(model.inputs, rows, size, example, first=1)
        for array, source in zip(moved, arrays, strict=True):
            array[-1] = source[0]
        _check_independent(model, results, model.run(*moved))
    times: list[float] = []
    while len(times) < RUNS or (sum(times) < SECONDS and len(times) < 10 * RUNS):
        start = time.perf_counter()
        model.run(*arrays)
        times.append(time.perf_counter() - start)
    return min(times)


def _check_independent(model: Model, at_first: list[Array], at_last: list[Array]) -> None:
    for info, one, other in zip(model.outputs, at_first, at_last, strict=True):
        if not _are_close(one[0], other[-1]):
            raise ValueError(
                f"output {info.name!r}: the result of a row depends on the other rows of its "
                "batch, or on its place; requests cannot share a batch of this model"
            )


def _are_close(one: Array, other: Array) -> bool:
    if one.dtype.kind in "iub":
        return bool(np.array_equal(one, other))
    wide = np.asarray(one, np.float64), np.asarray(other, np.float64)
    scale = np.max(np.abs(wide[0][np.isfinite(wide[0])]), initial=0.0)
    return bool(np.allclose(*wide, rtol=TOLERANCE, atol=TOLERANCE * scale, equal_nan=True))
