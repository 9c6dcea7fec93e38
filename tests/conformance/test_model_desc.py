# SPDX-License-Identifier: Apache-2.0
"""Descriptions, gears and AIPP: cases 154-166, 177-178."""

from __future__ import annotations

import ctypes
import math
from pathlib import Path

import pytest
from model_objects import (
    HW,
    UNTOUCHED,
    Batch,
    IODims,
    IODimsRange,
    data_sets,
    describe,
    load,
    started,
    succeed,
)

import abi

ALL_INPUTS = ctypes.c_size_t(-1).value


def described(acl: abi.Library, om: Path) -> int:
    started(acl)
    return describe(acl, load(acl, om))


@pytest.mark.case(154, "SRC")
def test_get_desc(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    assert acl.aclmdlGetNumInputs(desc) >= 1
    assert acl.aclmdlGetDesc(None, 1) == 100000
    assert acl.aclmdlGetDesc(desc, 999) == 145003
    assert acl.aclmdlGetNumInputs(desc) == 0


@pytest.mark.case("3.5 from file", "SRC")
def test_desc_from_file_and_memory(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    loaded = describe(acl, load(acl, om))
    content = om.read_bytes()
    from_file, from_memory = acl.aclmdlCreateDesc(), acl.aclmdlCreateDesc()
    succeed(acl, "aclmdlGetDescFromFile", from_file, bytes(om))
    succeed(acl, "aclmdlGetDescFromMem", from_memory, content, len(content))

    def facts(desc: int) -> list[object]:
        found: list[object] = []
        for index in range(acl.aclmdlGetNumInputs(desc)):
            dims = IODims()
            succeed(acl, "aclmdlGetInputDims", desc, index, ctypes.byref(dims))
            found += [
                dims.shape,
                acl.aclmdlGetInputNameByIndex(desc, index),
                acl.aclmdlGetInputDataType(desc, index),
                acl.aclmdlGetInputFormat(desc, index),
                acl.aclmdlGetInputSizeByIndex(desc, index),
            ]
        for index in range(acl.aclmdlGetNumOutputs(desc)):
            dims = IODims()
            succeed(acl, "aclmdlGetOutputDims", desc, index, ctypes.byref(dims))
            found += [
                dims.shape,
                acl.aclmdlGetOutputNameByIndex(desc, index),
                acl.aclmdlGetOutputDataType(desc, index),
                acl.aclmdlGetOutputFormat(desc, index),
                acl.aclmdlGetOutputSizeByIndex(desc, index),
            ]
        return found

    assert facts(from_file) == facts(from_memory) == facts(loaded)
    assert facts(loaded)
    assert acl.aclmdlGetDescFromFile(None, bytes(om)) == 100000
    assert acl.aclmdlGetDescFromFile(from_file, None) == 100000
    assert acl.aclmdlGetDescFromFile(from_file, bytes(tmp_path / "no.om")) == 145002
    assert acl.aclmdlGetNumInputs(from_file) == 0
    assert acl.aclmdlGetDescFromMem(from_memory, content, 0) == 100000


@pytest.mark.case("3.5", "DOC")
def test_desc_outlives_the_model(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    desc = describe(acl, model_id)
    name = acl.aclmdlGetInputNameByIndex(desc, 0)
    succeed(acl, "aclmdlUnload", model_id)
    assert acl.aclmdlGetInputNameByIndex(desc, 0) == name
    assert acl.aclmdlGetNumInputs(desc) >= 1
    assert acl.aclmdlDestroyDesc(desc) == 0


@pytest.mark.case(155, "DOC+SRC")
def test_bad_index_of_counts_and_sizes(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    assert acl.aclmdlGetNumInputs(None) == acl.aclmdlGetNumOutputs(None) == 0
    for function in (acl.aclmdlGetInputSizeByIndex, acl.aclmdlGetOutputSizeByIndex):
        assert function(desc, 99) == 0
        assert function(None, 0) == 0
        assert function(desc, 0) > 0


@pytest.mark.case(156, "SRC")
def test_bad_index_of_names(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    for function in (acl.aclmdlGetInputNameByIndex, acl.aclmdlGetOutputNameByIndex):
        assert function(desc, 99) == b""
        assert function(None, 0) == b""
        assert function(desc, 0) != b""


@pytest.mark.case(157, "SRC")
def test_bad_index_of_format_and_type(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    for function in (
        acl.aclmdlGetInputFormat,
        acl.aclmdlGetOutputFormat,
        acl.aclmdlGetInputDataType,
        acl.aclmdlGetOutputDataType,
    ):
        assert function(desc, 99) == -1
        assert function(None, 0) == -1
        assert function(desc, 0) >= 0


@pytest.mark.case(158, "SRC")
def test_dims(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    dims = IODims()
    for name in ("aclmdlGetInputDims", "aclmdlGetInputDimsV2", "aclmdlGetOutputDims"):
        function = getattr(acl, name)
        assert function(desc, 99, ctypes.byref(dims)) == 100000
        assert function(desc, 0, None) == 100000
        assert function(None, 0, ctypes.byref(dims)) == 100000
        assert function(desc, 0, ctypes.byref(dims)) == 0
        assert dims.dim_count > 0
        assert dims.name != b""


@pytest.mark.case("3.5", "DOC")
def test_size_is_dims_times_type(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    dims = IODims()
    succeed(acl, "aclmdlGetOutputDims", desc, 0, ctypes.byref(dims))
    element = acl.aclDataTypeSize(acl.aclmdlGetOutputDataType(desc, 0))
    assert acl.aclmdlGetOutputSizeByIndex(desc, 0) == math.prod(dims.shape) * element


@pytest.mark.case(159, "SRC")
def test_index_by_name(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    index = ctypes.c_size_t(UNTOUCHED)
    for find, name in (
        (acl.aclmdlGetInputIndexByName, acl.aclmdlGetInputNameByIndex(desc, 0)),
        (acl.aclmdlGetOutputIndexByName, acl.aclmdlGetOutputNameByIndex(desc, 0)),
    ):
        assert find(desc, b"nope", ctypes.byref(index)) == 100000
        assert find(desc, None, ctypes.byref(index)) == 100000
        assert find(desc, name, None) == 100000
        assert find(None, name, ctypes.byref(index)) == 100000
        assert find(desc, name, ctypes.byref(index)) == 0
        assert index.value == 0


@pytest.mark.case("3.5 real names", "SRC")
def test_real_name(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    name = acl.aclmdlGetInputNameByIndex(desc, 0)
    assert acl.aclmdlGetTensorRealName(desc, name) == name
    assert acl.aclmdlGetTensorRealName(desc, b"nope") is None
    assert acl.aclmdlGetTensorRealName(desc, None) is None
    assert acl.aclmdlGetTensorRealName(None, name) is None


@pytest.mark.case("3.5 op attr", "DOC+SRC")
def test_op_attr(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    assert acl.aclmdlGetOpAttr(desc, b"no such op", b"_datadump_original_op_names") == b""
    assert acl.aclmdlGetOpAttr(desc, None, b"_datadump_original_op_names") is None
    assert acl.aclmdlGetOpAttr(None, b"x", b"_datadump_original_op_names") is None
    assert acl.aclmdlGetOpAttr(desc, b"x", None) is None


@pytest.mark.case(160, "SRC")
def test_static_model_has_no_batch_or_image_gears(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    batch, image = Batch(UNTOUCHED), HW(UNTOUCHED)
    assert acl.aclmdlGetDynamicBatch(desc, ctypes.byref(batch)) == 0
    assert acl.aclmdlGetDynamicHW(desc, 99, ctypes.byref(image)) == 0
    assert (batch.batch_count, image.hw_count) == (0, 0)
    assert acl.aclmdlGetDynamicBatch(desc, None) == 100000
    assert acl.aclmdlGetDynamicHW(None, 0, ctypes.byref(image)) == 100000


@pytest.mark.case(161, "DOC+SRC")
def test_gear_count_is_of_all_inputs(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    count = ctypes.c_size_t(UNTOUCHED)
    assert acl.aclmdlGetInputDynamicGearCount(desc, 0, ctypes.byref(count)) == 100000
    assert acl.aclmdlGetInputDynamicGearCount(desc, ALL_INPUTS, ctypes.byref(count)) == 0
    assert count.value == 0
    dims = IODims()
    assert acl.aclmdlGetInputDynamicDims(desc, 0, ctypes.byref(dims), 1) == 100000
    assert acl.aclmdlGetInputDynamicDims(desc, ALL_INPUTS, None, 1) == 100000


@pytest.mark.case(162, "SRC")
def test_current_output_dims_of_a_static_model(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    static, current = IODims(), IODims()
    succeed(acl, "aclmdlGetOutputDims", desc, 0, ctypes.byref(static))
    assert acl.aclmdlGetCurOutputDims(desc, 0, ctypes.byref(current)) == 0
    assert current.shape == static.shape
    assert acl.aclmdlGetCurOutputDims(desc, 99, ctypes.byref(current)) == 100000
    assert acl.aclmdlGetCurOutputDims(desc, 0, None) == 100000


@pytest.mark.case("3.5 ranges", "SRC")
def test_range_of_a_static_input(acl: abi.Library, om: Path) -> None:
    desc = described(acl, om)
    dims, ranges = IODims(), IODimsRange()
    succeed(acl, "aclmdlGetInputDims", desc, 0, ctypes.byref(dims))
    succeed(acl, "aclmdlGetInputDimsRange", desc, 0, ctypes.byref(ranges))
    found = [list(ranges.range[i]) for i in range(ranges.range_count)]
    assert found == [[extent, extent] for extent in dims.shape]
    assert acl.aclmdlGetInputDimsRange(desc, 99, ctypes.byref(ranges)) == 100000


@pytest.mark.case(163, "DOC+SRC")
def test_destroy_desc(acl: abi.Library) -> None:
    assert acl.aclmdlDestroyDesc(None) == 100000
    assert acl.aclmdlDestroyDesc(acl.aclmdlCreateDesc()) == 0


# --- choosing a gear ---


@pytest.mark.case(164, "SRC")
def test_set_batch(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, _ = data_sets(acl, model_id)
    assert acl.aclmdlSetDynamicBatchSize(model_id, None, 0, 1) == 100000
    assert acl.aclmdlSetDynamicBatchSize(model_id, inputs.handle, 0, 0) == 100000
    assert acl.aclmdlSetDynamicBatchSize(model_id, inputs.handle, 99, 1) == 100000
    assert acl.aclmdlSetDynamicBatchSize(999, inputs.handle, 0, 1) == 145003
    assert acl.aclmdlSetDynamicBatchSize(model_id, inputs.handle, 0, 1) == 145013
    buffer = acl.aclmdlGetDatasetBuffer(inputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, inputs.addresses[0], 3)
    assert acl.aclmdlSetDynamicBatchSize(model_id, inputs.handle, 0, 1) == 145012
    succeed(acl, "aclUpdateDataBuffer", buffer, None, 8)
    assert acl.aclmdlSetDynamicBatchSize(model_id, inputs.handle, 0, 1) == 100000


@pytest.mark.case(165, "SRC")
def test_set_image_size(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, _ = data_sets(acl, model_id)
    assert acl.aclmdlSetDynamicHWSize(model_id, inputs.handle, 0, 0, 8) == 100000
    assert acl.aclmdlSetDynamicHWSize(model_id, inputs.handle, 0, 8, 0) == 100000
    assert acl.aclmdlSetDynamicHWSize(model_id, inputs.handle, 0, 8, 8) == 145013
    buffer = acl.aclmdlGetDatasetBuffer(inputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, inputs.addresses[0], 7)
    assert acl.aclmdlSetDynamicHWSize(model_id, inputs.handle, 0, 8, 8) == 145012


@pytest.mark.case(166, "SRC")
def test_set_dims(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, _ = data_sets(acl, model_id)
    desc = describe(acl, model_id)
    all_dims: list[int] = []
    for index in range(acl.aclmdlGetNumInputs(desc)):
        dims = IODims()
        succeed(acl, "aclmdlGetInputDims", desc, index, ctypes.byref(dims))
        all_dims += dims.shape

    def code(values: list[int]) -> int:
        given = IODims(dim_count=len(values))
        given.dims[: len(values)] = values
        return int(acl.aclmdlSetInputDynamicDims(model_id, inputs.handle, 0, ctypes.byref(given)))

    assert code([]) == 100000
    assert acl.aclmdlSetInputDynamicDims(model_id, inputs.handle, 0, None) == 100000
    assert code([*all_dims, 1]) == 145012
    assert code(all_dims) == 145013


# --- AIPP ---


@pytest.mark.case(177, "SRC")
def test_create_aipp(acl: abi.Library) -> None:
    assert acl.aclmdlCreateAIPP(0) is None
    assert acl.aclmdlCreateAIPP(2**64 - 1) is None
    assert acl.aclmdlDestroyAIPP(None) == 100000
    aipp = acl.aclmdlCreateAIPP(2)
    assert aipp
    assert acl.aclmdlDestroyAIPP(aipp) == 0


@pytest.mark.case("3.8", "SRC")
def test_aipp_setters(acl: abi.Library) -> None:
    aipp = acl.aclmdlCreateAIPP(2)
    assert acl.aclmdlSetAIPPInputFormat(aipp, acl.ACL_RGB888_U8) == 0
    assert acl.aclmdlSetAIPPInputFormat(aipp, 0) == 100000
    assert acl.aclmdlSetAIPPInputFormat(None, acl.ACL_RGB888_U8) == 100000
    assert acl.aclmdlSetAIPPPixelVarReci(aipp, 1.0, 1.0, 1.0, 1.0, 1) == 0
    assert acl.aclmdlSetAIPPPixelVarReci(aipp, 1.0, 1.0, 1.0, 1.0, 2) == 100000


@pytest.mark.case(178, "SRC")
def test_model_without_aipp(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    info = ctypes.create_string_buffer(299216)  # aclAippInfo
    kind, attached = ctypes.c_int(UNTOUCHED), ctypes.c_size_t()
    assert acl.aclmdlGetFirstAippInfo(model_id, 0, info) == 145015
    assert acl.aclmdlGetFirstAippInfo(model_id, 99, info) == 100000
    assert acl.aclmdlGetFirstAippInfo(model_id, 0, None) == 100000
    arguments = (ctypes.byref(kind), ctypes.byref(attached))
    assert acl.aclmdlGetAippType(model_id, 0, *arguments) == 0
    assert kind.value == 0
    assert acl.aclmdlGetAippType(model_id, 99, *arguments) == 100000
