# SPDX-License-Identifier: Apache-2.0
"""What is refused is told by function and argument: what came, and what is wanted."""

from __future__ import annotations

import copy
import ctypes
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import om

RECORD = np.dtype([("number", np.int32), ("thing", object)])
OBJECTS: dict[str, Callable[[], Any]] = {
    "objects": lambda: np.array([object(), 2, "three", None]),
    "records with objects": lambda: np.zeros(2, RECORD),
    "a sub-array of objects": lambda: np.zeros(2, np.dtype((object, (2,)))),
    "ctypes objects": lambda: (ctypes.py_object * 2)(1, 2),
}


@pytest.fixture
def buffer() -> Any:
    with acl.DeviceBuffer(4096) as made:
        made.fill(0x5A)
        yield made


@pytest.mark.parametrize("kind", OBJECTS)
def test_python_objects_are_no_memory(kind: str, buffer: acl.DeviceBuffer) -> None:
    array = OBJECTS[kind]()
    before = [repr(element) for element in array]
    with pytest.raises(TypeError, match=r"DeviceBuffer\.copy_to: target .*holds Python objects"):
        buffer.copy_to(array)
    with pytest.raises(TypeError, match=r"DeviceBuffer\.copy_from: source .*holds Python objects"):
        buffer.copy_from(array)
    with pytest.raises(TypeError, match=r"query_size: model .*holds Python objects"):
        acl.query_size(array)
    with pytest.raises(TypeError, match=r"Model\.from_bytes: data .*holds Python objects"):
        acl.Model.from_bytes(array)
    with pytest.raises(TypeError, match=r"om\.File\.from_bytes: data .*holds Python objects"):
        om.File.from_bytes(array)
    assert [repr(element) for element in array] == before
    assert bytes(buffer.copy_to(bytearray(4096))) == b"\x5a" * 4096


@pytest.mark.parametrize("kind", ["objects", "records with objects"])
def test_python_objects_have_no_address(kind: str) -> None:
    for function in (acl.util.numpy_to_ptr, acl.util.numpy_contiguous_to_ptr):
        with pytest.raises(TypeError, match=rf"acl\.util\.{function.__name__}: .*Python objects"):
            function(OBJECTS[kind]())


def test_a_field_may_be_called_as_an_object_is(buffer: acl.DeviceBuffer) -> None:
    class Record(ctypes.Structure):
        _fields_ = (("O", ctypes.c_int), ("OO", ctypes.c_int))

    target = (Record * 2)()
    buffer.copy_to(target)
    assert target[1].OO == 0x5A5A5A5A


def test_python_objects_as_a_models_arrays(digits: Path) -> None:
    with acl.Model.from_file(digits) as model:
        image = np.ones((1, 1, 8, 8), np.float32)
        with pytest.raises(TypeError, match=r"input 'image': expected dtype float32, got object"):
            model(image.astype(object))
        with pytest.raises(TypeError, match="expected dtype float32, got object"):
            model(image, out=[np.empty((1, 10), object)])


FROM_FILE = r"Model\.from_file: path must be str or os\.PathLike, not "
REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "content for a path": (
        lambda: acl.Model.from_file(bytes(10_000_000)),  # type: ignore[arg-type]
        TypeError,
        FROM_FILE + r"bytes; Model\.from_bytes takes what an \.om file holds$",
    ),
    "a path in bytes": (
        lambda: acl.Model.from_file(b"model.om"),  # type: ignore[arg-type]
        TypeError,
        FROM_FILE + "bytes",
    ),
    "None": (
        lambda: acl.Model.from_file(None),  # type: ignore[arg-type]
        TypeError,
        FROM_FILE + "NoneType$",
    ),
    "an array for a path": (
        lambda: acl.Model.from_file(np.zeros(10**6)),  # type: ignore[arg-type]
        TypeError,
        FROM_FILE + "ndarray; Model.from_bytes takes",
    ),
    "a null character": (
        lambda: acl.Model.from_file("x" * 10**6 + "\0"),
        ValueError,
        r"Model\.from_file: path 'x{10,60}\.\.\.x+\\x00' has a null character",
    ),
    "a path for content": (
        lambda: acl.Model.from_bytes("model.om"),  # type: ignore[arg-type]
        TypeError,
        r"Model\.from_bytes: data must be what an \.om file holds, not str; Model\.from_file",
    ),
    "a number for content": (
        lambda: acl.Model.from_bytes(3),  # type: ignore[arg-type]
        TypeError,
        r"Model\.from_bytes: data must be a numpy array or bytes-like, not int",
    ),
    "a number for a file": (
        lambda: om.File.open(3),  # type: ignore[arg-type]
        TypeError,
        r"om\.File\.open: path must be str, bytes or os\.PathLike, not int",
    ),
    "a path for a file's content": (
        lambda: om.File.from_bytes("model.om"),  # type: ignore[arg-type]
        TypeError,
        r"om\.File\.from_bytes: data must be a numpy array or bytes-like, not str",
    ),
    "a number for a model": (
        lambda: acl.query_size(3),  # type: ignore[arg-type]
        TypeError,
        r"query_size: model must be a path, a numpy array or bytes-like, not int",
    ),
    "a device by name": (
        lambda: acl.Device("npu:0"),  # type: ignore[arg-type]
        TypeError,
        r"Device: id must be int, not str \('npu:0'\)",
    ),
    "a device that is no int": (
        lambda: acl.Device(2**40),
        ValueError,
        r"Device: id must be -2147483648 to 2147483647, not 1099511627776",
    ),
    "a context on a name": (
        lambda: acl.Context("npu:0"),  # type: ignore[arg-type]
        TypeError,
        r"Context: device must be int, not str \('npu:0'\)",
    ),
    "a stream on a name": (
        lambda: acl.Stream("npu:0"),  # type: ignore[arg-type]
        TypeError,
        r"Stream: device must be int, not str \('npu:0'\)",
    ),
    "a size in words": (
        lambda: acl.DeviceBuffer("64"),  # type: ignore[arg-type]
        TypeError,
        r"DeviceBuffer: size must be int, not str \('64'\)",
    ),
    "no size": (
        lambda: acl.DeviceBuffer(0),
        ValueError,
        "size must be 1 to .* not 0",
    ),
    "a size beyond all": (
        lambda: acl.DeviceBuffer(2**64),
        ValueError,
        "DeviceBuffer: size must be 1 to 18446744073709551615, not 18446744073709551616",
    ),
    "an array for an address": (
        lambda: acl.DeviceBuffer.from_handle(np.zeros(4), 4, None),  # type: ignore[arg-type]
        TypeError,
        r"DeviceBuffer\.from_handle: ptr must be int, not ndarray",
    ),
    "True for an address": (
        lambda: acl.DeviceBuffer.from_handle(True, 4, None),
        TypeError,
        r"DeviceBuffer\.from_handle: ptr must be int \(an address\), not bool",
    ),
    "a negative address": (
        lambda: acl.DeviceBuffer.from_handle(-1, 4, None),
        ValueError,
        r"DeviceBuffer\.from_handle: ptr must be 1 to",
    ),
    "a flat call's array for an address": (
        lambda: acl.rt.free(np.zeros(4)),  # type: ignore[arg-type]
        TypeError,
        r"acl\.rt\.free: argument 'dev_ptr' must be int, not numpy\.ndarray \(acl\.util",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    call, kind, message = REFUSED[case]
    with pytest.raises(kind, match=message) as caught:
        call()
    assert len(str(caught.value)) < 300


def test_fill_wants_a_byte(buffer: acl.DeviceBuffer) -> None:
    with pytest.raises(TypeError, match=r"DeviceBuffer\.fill: value must be int, not str"):
        buffer.fill("0")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"DeviceBuffer\.fill: value must be 0 to 255, not 256"):
        buffer.fill(256)
    with pytest.raises(TypeError, match=r"copy_from: source must be a numpy array or bytes-like"):
        buffer.copy_from([1, 2])  # type: ignore[arg-type]
    with pytest.raises(BufferError, match=r"copy_to: target: the bytes is read-only"):
        buffer.copy_to(b"12")  # type: ignore[type-var]


def test_what_belongs_to_the_device_is_not_copied(digits: Path) -> None:
    with acl.Model.from_file(digits) as model, acl.DeviceBuffer(64) as buffer:
        made = [model, buffer, acl.Device(0), acl.Context(0), acl.Stream(), acl.Event()]
        for one in made:
            name = type(one).__name__
            for action in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match=rf"acl\.{name} cannot be pickled or copied"):
                    action(one)
        for one in reversed(made):
            one.close()


class TestMemoryOfOthers:
    """DeviceBuffer.from_handle believes nothing that can be looked up."""

    @pytest.fixture
    def block(self) -> Any:
        with acl.DeviceBuffer(4096) as made:
            yield made

    def test_whole_and_part(self, block: acl.DeviceBuffer) -> None:
        block.fill(7)
        for offset, size in ((0, 4096), (0, 1), (1024, 3072), (4095, 1)):
            with acl.DeviceBuffer.from_handle(block.ptr + offset, size, block) as part:
                assert bytes(part.copy_to(bytearray(size))) == b"\7" * size

    @pytest.mark.parametrize(("offset", "size"), [(0, 2**40), (4000, 2**20), (0, 2**64 - 1)])
    def test_too_short(self, block: acl.DeviceBuffer, offset: int, size: int) -> None:
        with pytest.raises(ValueError, match=r"DeviceBuffer\.from_handle: .*less than so many"):
            acl.DeviceBuffer.from_handle(block.ptr + offset, size, block)

    def test_nothing_there(self) -> None:
        array = np.zeros(64, np.uint8)
        for address in (1, 0xDEAD0000, 2**64 - 1, array.ctypes.data):
            with pytest.raises(ValueError, match="no memory at this address"):
                acl.DeviceBuffer.from_handle(address, 8, array)

    def test_freed(self) -> None:
        block = acl.DeviceBuffer(4096)
        address = block.ptr
        block.close()
        with pytest.raises(ValueError, match="no memory at this address"):
            acl.DeviceBuffer.from_handle(address, 8, None)

    def test_no_message_is_left(self, block: acl.DeviceBuffer) -> None:
        acl.get_recent_err_msg()
        acl.DeviceBuffer.from_handle(block.ptr, 8, block).close()
        assert acl.get_recent_err_msg() is None
