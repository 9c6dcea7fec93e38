# SPDX-License-Identifier: Apache-2.0
"""The wire encoder against google.protobuf: the same bytes for the same fields."""

from __future__ import annotations

from typing import Any

import pytest
from ge_ir import message_class
from hypothesis import given
from hypothesis import strategies as st

from ascendcl.om import wire

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
FLOAT32 = st.floats(width=32, allow_nan=False)


def oracle(message: str, **fields: Any) -> bytes:
    encoded: bytes = message_class(message)(**fields).SerializeToString(deterministic=True)
    return encoded


@given(INT64)
def test_int64(value: int) -> None:
    assert wire.integer(3, value) == oracle("AttrDef", i=value)


@given(FLOAT32)
def test_float(value: float) -> None:
    assert wire.real(4, value) == oracle("AttrDef", f=value)


@given(st.text())
def test_string(value: str) -> None:
    assert (wire.text(1, value) if value else b"") == oracle("OpDef", name=value)


@given(st.binary())
def test_bytes(value: bytes) -> None:
    assert wire.blob(7, value) == oracle("AttrDef", bt=value)


@given(st.lists(INT64))
def test_packed_integers(values: list[int]) -> None:
    assert wire.packed_integers(25, values) == oracle("OpDef", src_index=values)


@given(st.lists(FLOAT32))
def test_packed_floats(values: list[float]) -> None:
    assert wire.packed_reals(4, values) == oracle("ListValue", f=values)


@given(st.integers(0, (1 << 64) - 1))
def test_uint64(value: int) -> None:
    assert (wire.integer(11, value) if value else b"") == oracle("ModelTaskDef", memory_size=value)


@pytest.mark.parametrize("value", [1 << 64, -(1 << 63) - 1])
def test_integer_too_wide(value: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        wire.varint(value)


@pytest.mark.parametrize("number", [0, -1, 1 << 29])
def test_field_number_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="field number"):
        wire.integer(number, 1)
