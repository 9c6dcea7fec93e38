# SPDX-License-Identifier: Apache-2.0
"""ACL's element types and layouts in numpy's and in readable terms."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from ascendcl import _acl

__all__ = ["dtype_of", "format_name"]

_NUMPY: Final[dict[int, str]] = {
    0: "float32",
    1: "float16",
    2: "int8",
    3: "int32",
    4: "uint8",
    6: "int16",
    7: "uint16",
    8: "uint32",
    9: "int64",
    10: "uint64",
    11: "float64",
    12: "bool",
    16: "complex64",
    17: "complex128",
}

# What numpy lacks and the package ml_dtypes has.
_ML_DTYPES: Final[dict[int, str]] = {
    27: "bfloat16",
    35: "float8_e5m2",
    36: "float8_e4m3fn",
    37: "float8_e8m0fnu",
}


def dtype_of(number: int) -> np.dtype[Any]:
    """The numpy dtype of an ``aclDataType``.

    Raises
    ------
    ImportError
        The type needs the package ml_dtypes.
    NotImplementedError
        Neither numpy nor ml_dtypes has such a type.
    """
    name = _NUMPY.get(number)
    if name is not None:
        return np.dtype(name)
    name = _ML_DTYPES.get(number)
    if name is None:
        raise NotImplementedError(f"numpy has no element type for aclDataType {number}")
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(
            f"the model has {name} tensors, which numpy lacks: pip install ml_dtypes"
        ) from error
    dtype: np.dtype[Any] = np.dtype(getattr(ml_dtypes, name))
    return dtype


def format_name(number: int) -> str:
    """The name of an ``aclFormat`` without its prefix, such as ``"NCHW"``."""
    try:
        return _acl.Format(number).name
    except ValueError:
        return str(number)
