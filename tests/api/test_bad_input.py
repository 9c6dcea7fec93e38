# SPDX-License-Identifier: Apache-2.0
"""Bad input: a clear exception here, the documented code from the flat functions, nothing lost."""

from __future__ import annotations

import gc
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import _acl


@pytest.fixture(autouse=True)
def nothing_is_lost() -> Iterator[None]:
    before = _acl.core.live_counts()
    yield
    gc.collect()  # exceptions and frames hold each other
    assert _acl.core.live_counts() == before


def truncated(valid: bytes) -> bytes:
    return valid[: len(valid) // 2]


def wrong_magic(valid: bytes) -> bytes:
    return b"OOPS" + valid[4:]


def encrypted(valid: bytes) -> bytes:
    """Header as in a real file, the rest not readable."""
    noise = np.random.default_rng(1).integers(0, 256, len(valid) - 256, np.uint8)
    return valid[:256] + noise.tobytes()


def longer_than_it_says(valid: bytes) -> bytes:
    return valid + bytes(64)


BAD_FILES: dict[str, tuple[Callable[[bytes], bytes], set[int]]] = {
    "empty": (lambda _: b"", {145006}),
    "3 bytes": (lambda valid: valid[:3], {145006}),
    "100 bytes": (lambda valid: valid[:100], {145000, 145006}),
    "truncated": (truncated, {145000, 145006}),
    "wrong magic": (wrong_magic, {145000}),
    "zeros": (lambda _: bytes(4096), {145000}),
    "encrypted": (encrypted, {145000, 145006, 500002, 545002}),
    "not an om": (lambda _: b"\x08\x08\x12\x07pytorch" * 100, {145000}),
    "trailing bytes": (longer_than_it_says, {145000, 500002}),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_file(kind: str, digits: Path, tmp_path: Path) -> None:
    spoil, codes = BAD_FILES[kind]
    path = tmp_path / "bad.om"
    path.write_bytes(spoil(digits.read_bytes()))
    with pytest.raises(acl.AclError) as caught:
        acl.Model.from_file(path)
    assert caught.value.code in codes
    assert str(caught.value.code) in str(caught.value)
    assert caught.value.hint
    if caught.value.code != 500002:
        assert isinstance(caught.value, ValueError)
    with acl.Device(0) as device:
        device.set_current()
        assert acl.mdl.load_from_file(str(path))[-1] in codes
        assert acl.mdl.query_size(str(path))[-1] in codes


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_bytes(kind: str, digits: Path) -> None:
    spoil, codes = BAD_FILES[kind]
    data = spoil(digits.read_bytes())
    # From memory, null, nothing and less than a header are bad arguments (conformance case 109).
    with pytest.raises(ValueError if kind != "encrypted" else acl.AclError) as caught:
        acl.Model.from_bytes(data)
    assert isinstance(caught.value, acl.AclError)
    assert caught.value.code in codes | {100000}


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "missing.om"
    with pytest.raises(FileNotFoundError, match=r"missing\.om") as caught:
        acl.Model.from_file(path)
    assert isinstance(caught.value, acl.AclError)
    assert caught.value.filename == str(path)
    assert caught.value.errno == 2
    assert caught.value.code == 145002
    assert acl.mdl.query_size(str(path)) == (0, 0, 145002)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_unreadable_file(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.om"
    path.write_bytes(digits.read_bytes())
    path.chmod(0)
    with pytest.raises(PermissionError):
        acl.Model.from_file(path)


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(acl.AclError):
        acl.Model.from_file(tmp_path)


def test_null_character_in_path() -> None:
    with pytest.raises(ValueError, match="null character"):
        acl.Model.from_file("a\0b")


@pytest.mark.parametrize("argument", [None, 3, 1.5, ["model.om"]])
def test_neither_path_nor_bytes(argument: object) -> None:
    with pytest.raises(TypeError):
        acl.query_size(argument)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["work", "weight"])
def test_buffer_too_small_names_both_numbers(role: str, digits: Path) -> None:
    needed = getattr(acl.query_size(digits), role)
    with acl.DeviceBuffer(needed - 1) as small:
        with pytest.raises(ValueError, match=rf"{role}.*{needed}.*{needed - 1}"):
            acl.Model.from_file(digits, **{role: small})
        assert not small.in_use


@pytest.mark.parametrize("role", ["work", "weight"])
def test_an_address_is_no_buffer(role: str, digits: Path) -> None:
    with pytest.raises(TypeError, match=rf"{role} must be an acl.DeviceBuffer, not int"):
        acl.Model.from_file(digits, **{role: 4096})  # type: ignore[arg-type]


def test_flat_load_with_small_weights_answers_the_code(digits: Path) -> None:
    size = acl.query_size(digits)
    with acl.Device(0) as device, acl.DeviceBuffer(size.weight) as weight:
        device.set_current()
        loaded = acl.mdl.load_from_file_with_mem(str(digits), 0, 0, weight.ptr, size.weight - 1)
        assert loaded[-1] == 145000


@pytest.mark.parametrize("role", ["work", "weight"])
def test_flat_load_names_the_number_that_query_size_gives(role: str, digits: Path) -> None:
    size = acl.query_size(digits)
    with acl.Device(0) as device, acl.DeviceBuffer(max(size)) as memory:
        device.set_current()
        given = (memory.ptr, 64, 0, 0) if role == "work" else (0, 0, memory.ptr, 64)
        acl.get_recent_err_msg()
        assert acl.mdl.load_from_file_with_mem(str(digits), *given)[-1] == 145000
        needed = f"{role} memory has 64 bytes, the model needs {getattr(size, role)} "
        assert needed in str(acl.get_recent_err_msg())


def test_one_buffer_cannot_be_both(digits: Path) -> None:
    size = acl.query_size(digits)
    with acl.DeviceBuffer(max(size)) as both:
        with pytest.raises(acl.BufferInUse, match="other role"):
            acl.Model.from_file(digits, work=both, weight=both)
        assert not both.in_use


def test_another_models_weights_in_use(digits: Path) -> None:
    data = bytearray(digits.read_bytes())
    with acl.DeviceBuffer(acl.query_size(digits).weight) as weight:
        with acl.Model.from_file(digits, weight=weight) as model:
            image = np.ones((1, 1, 8, 8), np.float32)
            expected = model(image)
            # The name of the model in the header: another file, for all that matters here.
            struct.pack_into("<8s", data, 48, b"another\0")
            with pytest.raises(acl.BufferInUse, match="weights of another model"):
                acl.Model.from_bytes(data, weight=weight)
            np.testing.assert_array_equal(model(image), expected)
        # Free again for anybody.
        with acl.Model.from_bytes(data, weight=weight) as model:
            np.testing.assert_array_equal(model(image), expected)


def test_closed_buffer(digits: Path) -> None:
    weight = acl.DeviceBuffer(acl.query_size(digits).weight)
    weight.close()
    with pytest.raises(acl.ClosedError):
        acl.Model.from_file(digits, weight=weight)


def test_foreign_unload_is_told(digits: Path) -> None:
    """Somebody unloads the model by its number: its owner says so instead of crashing."""
    model = acl.Model.from_file(digits)
    acl.Device(0).set_current()
    assert acl.mdl.unload(model.model_id) == 0
    with pytest.raises(ValueError, match="145003"):
        model(np.zeros((1, 1, 8, 8), np.float32))
    with pytest.raises(ValueError, match="145003"):
        model.close()
    assert model.closed


class TestInputs:
    @pytest.fixture
    def model(self, digits: Path) -> Iterator[acl.Model]:
        with acl.Model.from_file(digits) as loaded:
            yield loaded

    @pytest.mark.parametrize("dtype", ["float64", "float16", "uint8", ">f4"])
    def test_dtype(self, model: acl.Model, dtype: str) -> None:
        with pytest.raises(TypeError, match=rf"'image'.*float32.*{np.dtype(dtype)}"):
            model(np.zeros((1, 1, 8, 8), dtype))

    @pytest.mark.parametrize("shape", [(8, 8), (2, 1, 8, 8), (1, 1, 8, 9), (64,), ()])
    def test_shape(self, model: acl.Model, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match=r"'image'.*\(1, 1, 8, 8\), got") as caught:
            model(np.zeros(shape, np.float32))
        assert str(shape) in str(caught.value)

    @pytest.mark.parametrize("count", [0, 2])
    def test_count(self, model: acl.Model, count: int) -> None:
        with pytest.raises(TypeError, match=rf"takes 1 inputs \('image'\), and {count} are"):
            model(*[np.zeros((1, 1, 8, 8), np.float32)] * count)

    def test_names(self, model: acl.Model) -> None:
        image = np.zeros((1, 1, 8, 8), np.float32)
        with pytest.raises(TypeError, match=r"missing: \['image'\], unknown: \['imgae'\]"):
            model({"imgae": image})
        with pytest.raises(TypeError, match=r"unknown: \['other'\]"):
            model({"image": image, "other": image})

    @pytest.mark.parametrize("value", [[1.0], 3, None, "image", b"0" * 256])
    def test_not_an_array(self, model: acl.Model, value: object) -> None:
        with pytest.raises(TypeError, match=rf"expected a numpy array, got {type(value).__name__}"):
            model(value)  # type: ignore[arg-type]

    def test_outputs(self, model: acl.Model) -> None:
        image = np.zeros((1, 1, 8, 8), np.float32)
        good = np.zeros((1, 10), np.float32)
        with pytest.raises(TypeError, match="sequence of 1"):
            model(image, out=good)
        with pytest.raises(TypeError, match="sequence of 1"):
            model(image, out=[good, good])
        with pytest.raises(TypeError, match="float64"):
            model(image, out=[good.astype(np.float64)])
        with pytest.raises(ValueError, match=r"\(10,\)"):
            model(image, out=[good.reshape(10)])
        with pytest.raises(ValueError, match="C-contiguous and writable"):
            model(image, out=[np.zeros((1, 20), np.float32)[:, ::2]])
        good.flags.writeable = False
        with pytest.raises(ValueError, match="C-contiguous and writable"):
            model(image, out=[good])


def test_no_constructor() -> None:
    with pytest.raises(TypeError, match="from_file"):
        acl.Model()
