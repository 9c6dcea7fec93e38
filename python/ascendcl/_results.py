# SPDX-License-Identifier: Apache-2.0
"""What a run answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ascendcl._array_checks import checked_outputs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ascendcl.tensor_info import TensorInfo

    Array = npt.NDArray[Any]
    Described = list[tuple[tuple[int, ...], npt.NDArray[np.uint8]]]  # shape and bytes of each

__all__ = ["dynamic_results", "single_or_tuple"]


def single_or_tuple(results: list[Array]) -> Any:
    """Answer results as a call does: the only one, or a tuple."""
    return results[0] if len(results) == 1 else tuple(results)


def dynamic_results(
    infos: Sequence[TensorInfo], described: Described, out: Sequence[Any] | None
) -> list[Array]:
    """Answer outputs whose shapes the run told, in the arrays given as `out` if there are any.

    Raises
    ------
    TypeError, ValueError
        An array does not fit; the output is named.
    """
    results = [
        content.view(info.dtype).reshape(shape)
        for info, (shape, content) in zip(infos, described, strict=True)
    ]
    if out is None:
        return results
    shaped = [
        replace(info, shape=result.shape) for info, result in zip(infos, results, strict=True)
    ]
    arrays = checked_outputs(out, shaped)
    for array, result in zip(arrays, results, strict=True):
        array[...] = result
    return arrays
