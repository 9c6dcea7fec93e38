# SPDX-License-Identifier: Apache-2.0
"""A model as users see it: what it says of itself, and the ways to call it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl


@pytest.fixture
def model(digits: Path):
    with acl.Model.from_file(digits) as loaded:
        yield loaded


@pytest.fixture
def image(held_out) -> np.ndarray:
    return held_out["images"][:1].astype(np.float32)


def test_tells_of_its_inputs_and_outputs(model: acl.Model) -> None:
    (image,) = model.inputs
    assert image == acl.TensorInfo("image", (1, 1, 8, 8), np.dtype("float32"), "NCHW", 256)
    (probabilities,) = model.outputs
    assert probabilities.shape == (1, 10)
    assert probabilities.dtype == np.float32
    assert probabilities.nbytes == 40


def test_computes_what_numpy_computes(model: acl.Model, held_out) -> None:
    images = held_out["images"].astype(np.float32)
    got = np.concatenate([model(image[None]) for image in images])
    np.testing.assert_allclose(got, held_out["probabilities"], rtol=1e-2, atol=2e-3)
    assert (got.argmax(1) == held_out["labels"]).mean() > 0.9


def test_ways_to_call_agree(model: acl.Model, image: np.ndarray) -> None:
    expected = model(image)
    assert isinstance(expected, np.ndarray)
    by_name = model({"image": image})
    listed = model.run(image)
    out = np.full((1, 10), np.nan, np.float32)
    into = model(image, out=[out])
    np.testing.assert_array_equal(by_name, expected)
    assert isinstance(listed, list)
    np.testing.assert_array_equal(listed[0], expected)
    assert into is out
    np.testing.assert_array_equal(out, expected)


def test_arrays_need_not_be_contiguous(model: acl.Model, image: np.ndarray) -> None:
    transposed = np.ascontiguousarray(image.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0)
    strided = np.zeros((1, 1, 8, 16), np.float32)[..., ::2]
    strided[...] = image
    reversed_ = image[..., ::-1].copy()[..., ::-1]
    for view in (transposed, strided, reversed_):
        assert not view.flags.c_contiguous
        np.testing.assert_array_equal(model(view), model(image))


def test_read_only_input_is_fine(model: acl.Model, image: np.ndarray) -> None:
    expected = model(image)
    frozen = image.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(model(frozen), expected)


def test_results_are_not_overwritten_by_the_next_call(model: acl.Model, held_out) -> None:
    images = held_out["images"].astype(np.float32)
    first = model(images[:1])
    kept = first.copy()
    model(images[1:2])
    np.testing.assert_array_equal(first, kept)


def test_from_bytes_needs_the_bytes_only_for_the_load(digits: Path, model, image) -> None:
    data = bytearray(digits.read_bytes())
    with acl.Model.from_bytes(data) as loaded:
        data[:] = bytes(len(data))
        np.testing.assert_array_equal(loaded(image), model(image))


def test_several_outputs_are_a_tuple(any_model: Path, random_inputs) -> None:
    with acl.Model.from_file(any_model) as loaded:
        results = loaded(*random_inputs(loaded))
        if len(loaded.outputs) == 1:
            assert isinstance(results, np.ndarray)
        else:
            assert isinstance(results, tuple)
            assert len(results) == len(loaded.outputs)


def test_says_who_manages_memory(digits: Path) -> None:
    size = acl.query_size(digits)
    work, weight = acl.DeviceBuffer(size.work), acl.DeviceBuffer(size.weight)
    with acl.Model.from_file(digits, work=work) as loaded:
        assert (loaded.workspace_is_user_managed, loaded.weight_is_user_managed) == (True, False)
        assert loaded.work is work
        assert loaded.weight is None
        assert work.in_use
        assert not weight.in_use
    with acl.Model.from_file(digits, weight=weight) as loaded:
        assert (loaded.workspace_is_user_managed, loaded.weight_is_user_managed) == (False, True)
        assert loaded.weight is weight
    assert loaded.weight is None
    assert not weight.in_use


def test_closes_once_and_for_good(digits: Path, image: np.ndarray) -> None:
    model = acl.Model.from_file(digits)
    assert not model.closed
    model.close()
    model.close()
    assert model.closed
    with pytest.raises(acl.ModelClosedError, match="closed"):
        model(image)


def test_unknown_to_the_flat_functions_once_closed(digits: Path) -> None:
    with acl.Model.from_file(digits) as model:
        desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(desc, model.model_id) == 0
        assert acl.mdl.get_num_inputs(desc) == 1
    assert acl.mdl.get_desc(desc, model.model_id) == 145003
    assert acl.mdl.destroy_desc(desc) == 0


def test_runs_on_threads_that_have_no_context(model: acl.Model, held_out) -> None:
    images = held_out["images"][:40].astype(np.float32)
    expected = [model(image[None]) for image in images]
    got: list[np.ndarray | None] = [None] * len(images)

    def run(start: int) -> None:
        for i in range(start, len(images), 4):
            got[i] = model(images[i][None])

    threads = [threading.Thread(target=run, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(got, expected)


def test_a_call_restores_the_threads_own_context(model: acl.Model, image: np.ndarray) -> None:
    own, ret = acl.rt.create_context(0)
    assert ret == 0
    try:
        model(image)
        assert acl.rt.get_context() == (own, 0)
        assert own != acl.Device(0).handle
    finally:
        assert acl.rt.destroy_context(own) == 0


def test_lives_in_the_context_it_is_given(digits: Path, image: np.ndarray, model) -> None:
    with acl.Context(0) as context, acl.Model.from_file(digits, device=context) as loaded:
        np.testing.assert_array_equal(loaded(image), model(image))
        assert loaded.device == 0


def test_repr_names_the_tensors(model: acl.Model) -> None:
    assert "image: float32[1, 1, 8, 8]" in repr(model)
