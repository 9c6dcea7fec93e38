# SPDX-License-Identifier: Apache-2.0
"""acl.DeviceArray: copies, views, what it exports besides DLPack, and models that run on it."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import ascendcl as acl
from ascendcl import _acl
from written_models import GEARS, dynamic_dense, model_with_gears

DTYPES = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16", "?"]
RANDOM = np.random.default_rng(9)


@settings(deadline=None, max_examples=60)
@given(
    npst.arrays(st.sampled_from(DTYPES), npst.array_shapes(min_dims=0, max_dims=4, min_side=0)),
)
def test_values_go_there_and_back(array: np.ndarray) -> None:
    with acl.DeviceArray.from_numpy(array) as device:
        assert (device.shape, device.dtype, device.nbytes) == (
            array.shape,
            array.dtype,
            array.nbytes,
        )
        for back in (device.numpy(), np.asarray(device), np.array(memoryview(device))):
            assert back.shape == array.shape
            assert back.dtype == array.dtype
            np.testing.assert_array_equal(back, array)
        gc.collect()


@settings(deadline=None, max_examples=60)
@given(
    npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
    st.one_of(st.integers(-7, 7), st.builds(slice, *[st.none() | st.integers(-7, 7)] * 2)),
)
def test_slices_are_numpys(shape: tuple[int, ...], key: int | slice) -> None:
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    with acl.DeviceArray.from_numpy(array) as device:
        if not isinstance(key, slice) and not -shape[0] <= key < shape[0]:
            with pytest.raises(IndexError):
                device[key]
            return
        part = device[key]
        np.testing.assert_array_equal(part.numpy(), array[key])
        part.copy_from(np.full_like(array[key], 77))
        array[key] = 77
        np.testing.assert_array_equal(device.numpy(), array)
        part.close()  # of the part alone
        assert not device.closed


def test_what_it_shares_is_the_same_memory() -> None:
    with acl.DeviceArray((2, 3), np.float32, format="NCHW") as device:
        view, text, array = memoryview(device), device.__array_interface__, np.asarray(device)
        array[...] = 5
        assert view.tolist() == [[5.0] * 3] * 2
        assert (view.format, view.shape, view.strides, view.readonly) == (
            "f",
            (2, 3),
            (12, 4),
            False,
        )
        assert text["data"] == (device.ptr, False)
        assert array.ctypes.data == device.ptr
        assert device.format == "NCHW"
        with pytest.raises(acl.BufferInUse):
            device.close()
        del array
        gc.collect()
        view.release()
    with pytest.raises((acl.ClosedError, ValueError)):
        memoryview(device)


def test_a_numpy_whose_dlpack_knows_no_read_only_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_dlpack(array: acl.DeviceArray) -> None:
        array.__dlpack__()  # as numpy before 2.1

    monkeypatch.setattr(np, "from_dlpack", from_dlpack)
    buffer = acl.DeviceArray.from_numpy(np.arange(6, dtype=np.float32)).buffer
    array = acl.DeviceArray((2, 3), np.float32, buffer=buffer, read_only=True)
    assert np.array_equal(array.__array__(), np.arange(6).reshape(2, 3))
    assert not array.__array__().flags.writeable


def test_orders_of_the_buffer_protocol() -> None:
    """Who asks for Fortran's order, as Cython's memoryviews can, reads no columns for rows."""
    get = ctypes.pythonapi.PyObject_GetBuffer
    get.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
    release = ctypes.pythonapi.PyBuffer_Release
    release.argtypes, release.restype = [ctypes.c_void_p], None
    in_c_order, in_fortran_order, in_any_order = 0x38, 0x58, 0x98
    view = ctypes.create_string_buffer(256)  # a Py_buffer
    for shape, flags in [
        *(((3, 4), flags) for flags in (in_c_order, in_any_order)),
        *((shape, in_fortran_order) for shape in [(5,), (1, 5), (5, 1), (), (0, 3), (1, 1, 4)]),
    ]:
        assert get(acl.DeviceArray(shape, np.float32), view, flags) == 0
        release(view)
    for shape in [(3, 4), (2, 1, 2)]:
        with pytest.raises(BufferError, match="C order"):
            get(acl.DeviceArray(shape, np.float32), view, in_fortran_order)


def test_parts_of_a_buffer() -> None:
    with acl.DeviceBuffer(64) as buffer:
        buffer.copy_from(np.arange(16, dtype=np.float32))
        array = acl.DeviceArray((2, 4), "f4", buffer=buffer, offset=32)
        np.testing.assert_array_equal(array.numpy(), np.arange(8, 16).reshape(2, 4))
        assert array.ptr == buffer.ptr + 32
        array.close()
        assert not buffer.closed
        for arguments, message in {
            ((3, 4), 32): "80 bytes, and the buffer has 64",
            ((2, 4), 33): "multiple of 4",
            ((2, 4), -4): "multiple of 4",
            ((2**40,), 0): "and the buffer has 64",
        }.items():
            with pytest.raises(ValueError, match=message):
                acl.DeviceArray(arguments[0], "f4", buffer=buffer, offset=arguments[1])


def test_refusals() -> None:
    for arguments in [((2, -1), "f4"), ((2,), "f4", "NCWH")]:
        with pytest.raises(ValueError, match="DeviceArray"):
            acl.DeviceArray(*arguments[:2], format=(*arguments, "ND")[2])
    for arguments in [("ab", "f4"), ((2.5,), "f4"), ((2,), "O"), ((2,), "S4"), ((2,), ">f4")]:
        with pytest.raises(TypeError, match="DeviceArray"):
            acl.DeviceArray(*arguments)
    with acl.DeviceArray((2,), "f4") as array:
        with pytest.raises(TypeError, match="convert it first"):
            array.copy_from([1.0, 2.0])
        with pytest.raises(ValueError, match=r"\(3,\)"):
            array.copy_from(np.zeros(3, np.float32))
        with pytest.raises(IndexError, match="step"):
            array[::2]
        with pytest.raises(TypeError):
            hash(array)
        with pytest.raises(TypeError, match="pickled"):
            array.__reduce_ex__(4)


def test_a_read_only_view_of_weights(digits: Path) -> None:
    size = acl.query_size(digits)
    with (
        acl.DeviceBuffer(size.weight) as weight,
        acl.Model.from_file(digits, weight=weight),
    ):
        view = np.asarray(acl.DeviceArray(16, "u1", buffer=weight, read_only=True))
        assert not view.flags.writeable
        with pytest.raises(acl.BufferInUse, match="role"):
            np.asarray(acl.DeviceArray(16, "u1", buffer=weight))
        with pytest.raises(acl.BufferInUse):
            acl.DeviceArray(16, "u1", buffer=weight).copy_from(np.zeros(16, np.uint8))
        del view
        gc.collect()
    with acl.DeviceBuffer(size.weight) as weight:
        view = np.asarray(acl.DeviceArray(16, "u1", buffer=weight))
        with pytest.raises(acl.BufferInUse, match="role"):
            acl.Model.from_file(digits, weight=weight)
        del view
        gc.collect()
        acl.Model.from_file(digits, weight=weight).close()


def test_models_run_on_it(digits: Path) -> None:
    image = RANDOM.random((1, 1, 8, 8), np.float32) * 16
    with (
        acl.Model.from_file(digits) as model,
        acl.DeviceArray.from_numpy(image) as there,
        acl.DeviceArray((1, 10), np.float32) as back,
    ):
        expected = model(image)
        np.testing.assert_array_equal(model(there), expected)
        assert model(image, out=[back]) is back
        np.testing.assert_array_equal(back.numpy(), expected)
        back.copy_from(np.zeros_like(expected))
        model.run(there, out=[back])
        np.testing.assert_array_equal(back.numpy(), expected)
        with model.bind([there], [back]) as bound:
            back.copy_from(np.zeros_like(expected))
            bound()
            np.testing.assert_array_equal(back.numpy(), expected)
        with pytest.raises(ValueError, match="expected shape"):
            model(there[0])
        with pytest.raises(TypeError, match="expected dtype"):
            model(acl.DeviceArray(image.shape, np.int32))
        read_only = acl.DeviceArray((1, 10), "f4", buffer=back.buffer, read_only=True)
        with pytest.raises(ValueError, match="read-only"):
            model(image, out=[read_only])

        async def serve() -> None:
            back.copy_from(np.zeros_like(expected))
            assert await model.run_async(there, out=[back]) is back
            np.testing.assert_array_equal(back.numpy(), expected)
            futures = [model.run_async(there) for _ in range(5)]
            for result in await asyncio.gather(*futures):
                np.testing.assert_array_equal(result, expected)

        asyncio.run(serve())
        gc.collect()


@pytest.mark.parametrize("kind", ["batch", "image", "dims"])
def test_gears_are_chosen_by_its_shape(kind: str) -> None:
    with acl.Model.from_bytes(model_with_gears(kind)) as model:
        for shape in GEARS[kind][0]:
            array = RANDOM.standard_normal(shape).astype(np.float32)
            with acl.DeviceArray.from_numpy(array) as device:
                np.testing.assert_array_equal(model(device), np.maximum(array, 0))


def test_dynamic_shapes_refuse_it() -> None:
    with acl.Model.from_bytes(dynamic_dense()) as model:
        rows = acl.DeviceArray((2, model.inputs[0].shape[1]), np.float32)
        with pytest.raises(NotImplementedError, match="dynamic shapes"):
            model(rows)


def test_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        values = np.array([0, 1, -2, 0.5], getattr(ml_dtypes, name))
        with acl.DeviceArray.from_numpy(values) as device:
            assert (device.numpy() == values).all()
            assert (np.asarray(device) == values).all()
            with pytest.raises(BufferError, match="no such type"):
                memoryview(device)


def test_nothing_is_left() -> None:
    gc.collect()
    before = _acl.core.live_counts()
    for _ in range(3):
        array = acl.DeviceArray.from_numpy(np.ones((3, 4), np.float32))
        views = [np.asarray(array[1:]), memoryview(array), np.from_dlpack(array)]
        del array
        assert all(np.asarray(view).sum() in (8, 12) for view in views)
        del views
        gc.collect()
    assert _acl.core.live_counts() == before


def test_views_outlive_the_package() -> None:
    program = """
        import atexit
        atexit.register(lambda: print(int(view.sum()), bytes(raw[:4].cast("B")[:4]) != b""))
        import numpy as np, ascendcl as acl
        array = acl.DeviceArray.from_numpy(np.ones(1_000_000, np.float32))
        view, raw = np.from_dlpack(array), memoryview(array)
    """
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        env={**os.environ, "ASCENDCL_RUNTIME": "host"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "1000000 True\n", "")


def test_what_is_no_numpy_array_is_taken(digits: Path) -> None:
    image = RANDOM.random((1, 1, 8, 8), np.float32) * 16

    class ByDlpack:
        def __dlpack__(self, **keywords: object) -> object:
            return image.__dlpack__(**keywords)

        def __dlpack_device__(self) -> tuple[int, int]:
            return image.__dlpack_device__()

    class ByArray:
        def __array__(self, *_: object, **__: object) -> np.ndarray:
            return image

    class Elsewhere(ByDlpack):
        def __dlpack_device__(self) -> tuple[int, int]:
            return (2, 0)

        def __dlpack__(self, **_: object) -> object:
            raise BufferError("it is on another device")

    with acl.Model.from_file(digits) as model:
        expected = model(image)
        np.testing.assert_array_equal(model(ByDlpack()), expected)
        np.testing.assert_array_equal(model(ByArray()), expected)
        with pytest.raises(TypeError, match="no array on the host"):
            model(Elsewhere())
        with pytest.raises(TypeError, match="got list"):
            model(image.tolist())


def test_torch(digits: Path) -> None:
    torch = pytest.importorskip("torch")
    image = RANDOM.random((1, 1, 8, 8), np.float32) * 16
    with acl.Model.from_file(digits) as model, acl.DeviceArray((1, 10), np.float32) as back:
        expected = model(image)
        np.testing.assert_array_equal(model(torch.from_numpy(image)), expected)
        model(image, out=[back])
        tensor = torch.from_dlpack(back)
        assert tensor.data_ptr() == back.ptr
        np.testing.assert_array_equal(tensor.numpy(), expected)
        del tensor
        gc.collect()
