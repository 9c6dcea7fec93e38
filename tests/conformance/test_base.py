# SPDX-License-Identifier: Apache-2.0
"""Cases 168-176: datasets, data buffers, tensor descriptions; small change."""

import ctypes
import math

import numpy as np
import pytest

from abi import Library

FLOAT, ND = 0, 2


def dims(*values: int) -> ctypes.Array[ctypes.c_int64]:
    return (ctypes.c_int64 * len(values))(*values)


@pytest.mark.case(168, "DOC+SRC")
def test_add_null(acl: Library) -> None:
    dataset = acl.aclmdlCreateDataset()
    buffer = acl.aclCreateDataBuffer(None, 0)
    assert acl.aclmdlAddDatasetBuffer(dataset, None) == 100000
    assert acl.aclmdlAddDatasetBuffer(None, buffer) == 100000


@pytest.mark.case(169, "SRC")
def test_questions_to_nothing(acl: Library) -> None:
    assert acl.aclmdlGetDatasetNumBuffers(None) == 0
    assert acl.aclmdlGetDatasetBuffer(acl.aclmdlCreateDataset(), 99) is None


@pytest.mark.case(170, "DOC+SRC")
def test_a_dataset_does_not_own_its_buffers(acl: Library) -> None:
    dataset = acl.aclmdlCreateDataset()
    buffer = acl.aclCreateDataBuffer(0x1000, 16)
    assert acl.aclmdlAddDatasetBuffer(dataset, buffer) == 0
    assert acl.aclmdlGetDatasetNumBuffers(dataset) == 1
    assert acl.aclmdlGetDatasetBuffer(dataset, 0) == buffer
    assert acl.aclmdlDestroyDataset(dataset) == 0
    assert acl.aclGetDataBufferAddr(buffer) == 0x1000
    assert acl.aclDestroyDataBuffer(buffer) == 0


@pytest.mark.case(171, "DOC")
def test_an_empty_buffer(acl: Library) -> None:
    buffer = acl.aclCreateDataBuffer(None, 0)
    assert buffer
    assert acl.aclGetDataBufferAddr(buffer) is None


@pytest.mark.case(172, "DOC+SRC")
def test_buffers_that_are_none(acl: Library) -> None:
    assert acl.aclGetDataBufferSizeV2(None) == 0
    assert acl.aclGetDataBufferSize(None) == 0
    assert acl.aclGetDataBufferAddr(None) is None
    assert acl.aclDestroyDataBuffer(None) == 100000
    assert acl.aclUpdateDataBuffer(None, None, 0) == 100000


def test_buffers(acl: Library) -> None:
    buffer = acl.aclCreateDataBuffer(0x1000, (1 << 32) + 5)
    assert acl.aclGetDataBufferSizeV2(buffer) == (1 << 32) + 5
    assert acl.aclGetDataBufferSize(buffer) == 5  # 32 bits
    assert acl.aclUpdateDataBuffer(buffer, 0x2000, 7) == 0
    assert (acl.aclGetDataBufferAddr(buffer), acl.aclGetDataBufferSizeV2(buffer)) == (0x2000, 7)


@pytest.mark.case(173, "SRC")
def test_data_type_sizes(acl: Library) -> None:
    sizes = {
        12345: 8,
        acl.ACL_BOOL: 1,
        acl.ACL_COMPLEX128: 16,
        acl.ACL_DT_UNDEFINED: 0,
        acl.ACL_STRING: 0,
        acl.ACL_INT4: 1,
        acl.ACL_FLOAT16: 2,
        acl.ACL_BF16: 2,
        acl.ACL_FLOAT: 4,
        acl.ACL_COMPLEX32: 4,
        acl.ACL_INT64: 8,
        acl.ACL_COMPLEX64: 8,
    }
    assert {dtype: acl.aclDataTypeSize(dtype) for dtype in sizes} == sizes


@pytest.mark.case(174, "SRC")
def test_create_tensor_desc(acl: Library) -> None:
    assert acl.aclCreateTensorDesc(FLOAT, -1, dims(1), ND) is None
    assert acl.aclCreateTensorDesc(FLOAT, 2, None, ND) is None
    scalar = acl.aclCreateTensorDesc(FLOAT, 0, None, ND)
    assert acl.aclGetTensorDescElementCount(scalar) == 1
    assert acl.aclGetTensorDescSize(scalar) == 4


@pytest.mark.case(175, "SRC")
def test_tensor_descs_that_are_none(acl: Library) -> None:
    assert acl.aclGetTensorDescDimV2(None, 0, ctypes.byref(ctypes.c_int64())) == 100000
    acl.aclDestroyTensorDesc(None)
    assert acl.aclGetTensorDescType(None) == -1
    assert acl.aclGetTensorDescFormat(None) == -1
    assert acl.aclGetTensorDescSize(None) == 0
    assert acl.aclGetTensorDescElementCount(None) == 0
    assert acl.aclGetTensorDescNumDims(None) == 0
    assert acl.aclGetTensorDescName(None) == b""
    assert acl.aclSetTensorStorageFormat(None, ND) == 0
    assert acl.aclSetTensorShapeRange(None, 0, None) == 100000


@pytest.mark.case(176, "SRC")
def test_unknown_rank(acl: Library) -> None:
    desc = acl.aclCreateTensorDesc(FLOAT, 1, dims(-2), ND)
    assert acl.aclGetTensorDescNumDims(desc) == 0xFFFFFFFFFFFFFFFE


def test_tensor_desc(acl: Library) -> None:
    desc = acl.aclCreateTensorDesc(acl.ACL_FLOAT16, 3, dims(2, 3, 5), ND)
    assert acl.aclGetTensorDescNumDims(desc) == 3
    assert acl.aclGetTensorDescElementCount(desc) == 30
    assert acl.aclGetTensorDescSize(desc) == 60
    assert [acl.aclGetTensorDescDim(desc, index) for index in range(4)] == [2, 3, 5, -1]
    value = ctypes.c_int64()
    assert acl.aclGetTensorDescDimV2(desc, 2, ctypes.byref(value)) == 0
    assert value.value == 5
    assert acl.aclGetTensorDescDimV2(desc, 3, ctypes.byref(value)) == 100000
    acl.aclSetTensorDescName(desc, b"x")
    assert acl.aclGetTensorDescName(desc) == b"x"
    acl.aclSetTensorDescName(desc, None)
    assert acl.aclGetTensorDescName(desc) == b""
    acl.aclDestroyTensorDesc(desc)
    dynamic = acl.aclCreateTensorDesc(FLOAT, 2, dims(-1, 4), ND)
    assert acl.aclGetTensorDescElementCount(dynamic) == acl.aclGetTensorDescSize(dynamic) == 0


def test_shape_range(acl: Library) -> None:
    desc = acl.aclCreateTensorDesc(FLOAT, 2, dims(-1, 4), ND)
    assert acl.aclSetTensorShapeRange(desc, 2, dims(1, 8, 4, 4)) == 0
    pair = dims(0, 0)
    assert acl.aclGetTensorDescDimRange(desc, 0, 2, pair) == 0
    assert list(pair) == [1, 8]
    assert acl.aclGetTensorDescDimRange(desc, 2, 2, pair) == 100000
    assert acl.aclGetTensorDescDimRange(desc, 0, 1, pair) == 100000


def test_every_half_becomes_the_right_float(acl: Library) -> None:
    halves = np.arange(1 << 16, dtype=np.uint16)
    expected = halves.view(np.float16).astype(np.float32)
    convert = acl.aclFloat16ToFloat
    got = np.array([convert(int(half)) for half in halves], dtype=np.float32)
    np.testing.assert_array_equal(got, expected)


def test_floats_become_the_nearest_half(acl: Library) -> None:
    random = np.random.default_rng(1)
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)
    middles = (halves[1:] + halves[:-1]) / 2  # ties
    floats = np.concatenate(
        [
            random.integers(0, 1 << 32, 20_000, dtype=np.uint32).view(np.float32),
            random.normal(size=5_000).astype(np.float32) * np.float32(1e-5),
            middles[::7],
            np.nextafter(middles[::11], np.float32(math.inf)),
            np.array([0.0, -0.0, math.inf, -math.inf, 65504, 65519.99, 65520, 1e-8], np.float32),
        ]
    )
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        expected = floats.astype(np.float16)
    convert = acl.aclFloatToFloat16
    got = np.array([convert(float(value)) for value in floats], np.uint16).view(np.float16)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
    number = ~np.isnan(expected)
    np.testing.assert_array_equal(got[number].view(np.uint16), expected[number].view(np.uint16))


def test_soc_name(acl: Library) -> None:
    name = acl.aclrtGetSocName()
    assert name == b"Host" or name.startswith(b"Ascend")


def test_every_declared_function_is_there(acl: Library) -> None:
    missing = [name for name in acl.functions() if not acl.has(name)]
    assert not missing


def test_what_is_missing_says_so(acl: Library) -> None:
    if acl.aclrtGetSocName() != b"Host":
        pytest.skip("a real device")
    acl.set_device()
    assert acl.aclrtLaunchKernel(None, 1, None, 0, None) == 200001
    assert "aclrtLaunchKernel" in acl.message()
