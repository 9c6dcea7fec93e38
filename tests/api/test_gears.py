# SPDX-License-Identifier: Apache-2.0
"""Models with gears as users see them: the inputs' shapes choose."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl.om import GraphBuilder, TensorSpec, join_gears
from rebatched import model_with_batches, static_model

BATCHES = (1, 4, 16)


@pytest.fixture(scope="session")
def content(digits: Path) -> bytes:
    return model_with_batches(digits, BATCHES)


@pytest.fixture
def model(content: bytes):
    with acl.Model.from_bytes(content) as loaded:
        yield loaded


@pytest.fixture
def images(held_out) -> np.ndarray:
    return held_out["images"].astype(np.float32)


def test_tells_of_its_gears(model: acl.Model) -> None:
    assert model.gears == tuple(
        acl.Gear(inputs=((n, 1, 8, 8),), outputs=((n, 10),)) for n in BATCHES
    )
    (image,) = model.inputs
    assert image == acl.TensorInfo("image", (-1, 1, 8, 8), np.dtype("float32"), "NCHW", 16 * 256)
    (probabilities,) = model.outputs
    assert probabilities.shape == (-1, 10)
    assert probabilities.nbytes == 16 * 40
    assert "[-1, 1, 8, 8]" in repr(model)


def test_a_static_model_has_none(digits: Path) -> None:
    with acl.Model.from_file(digits) as model:
        assert model.gears == ()


@pytest.mark.parametrize("batch", BATCHES)
def test_bits_of_the_static_model(
    model: acl.Model, digits: Path, images: np.ndarray, batch: int
) -> None:
    with acl.Model.from_bytes(static_model(digits, batch)) as static:
        expected = static(images[:batch])
    got = model(images[:batch])
    assert got.shape == (batch, 10)
    assert got.tobytes() == expected.tobytes()


def test_computes_what_numpy_computes(model: acl.Model, images: np.ndarray, held_out) -> None:
    got = np.concatenate([model(images[at : at + 4]) for at in range(0, 400, 4)])
    np.testing.assert_allclose(got, held_out["probabilities"][:400], rtol=1e-2, atol=2e-3)


def test_ways_to_call_agree(model: acl.Model, images: np.ndarray) -> None:
    expected = model(images[:4])
    out = np.full((4, 10), np.nan, np.float32)
    assert model(images[:4], out=[out]) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(model({"image": images[:4]}), expected)
    (listed,) = model.run(np.asfortranarray(images[:4]))
    np.testing.assert_array_equal(listed, expected)


@pytest.mark.parametrize("shape", [(3, 1, 8, 8), (4, 1, 8, 9), (4, 64)])
def test_a_shape_of_no_gear_names_the_gears(model: acl.Model, shape: tuple[int, ...]) -> None:
    with pytest.raises(acl.AclValueError, match=r"no gear is image \(.*\(16, 1, 8, 8\)") as error:
        model(np.zeros(shape, np.float32))
    assert isinstance(error.value, ValueError)
    assert error.value.code == 145013
    assert str(shape) in str(error.value)


def test_output_of_another_gear_is_refused(model: acl.Model, images: np.ndarray) -> None:
    out = np.zeros((16, 10), np.float32)
    with pytest.raises(ValueError, match=r"expected shape \(4, 10\)"):
        model(images[:4], out=[out])


def test_wrong_type_is_refused(model: acl.Model, images: np.ndarray) -> None:
    with pytest.raises(TypeError, match="float64"):
        model(images[:4].astype(np.float64))


def test_bytes_are_not_needed_after_the_load(content: bytes, images: np.ndarray) -> None:
    data = bytearray(content)
    with acl.Model.from_bytes(data) as model, acl.Model.from_bytes(content) as other:
        data[:] = bytes(len(data))
        for batch in BATCHES:
            np.testing.assert_array_equal(model(images[:batch]), other(images[:batch]))


def test_memory_of_the_user(content: bytes, images: np.ndarray) -> None:
    device = acl.Device(0)
    size = acl.query_size(content)
    with (
        acl.DeviceBuffer(size.work, device=device) as work,
        acl.DeviceBuffer(size.weight, device=device) as weight,
    ):
        models = [acl.Model.from_bytes(content, work=work, weight=weight) for _ in range(2)]
        with acl.Model.from_bytes(content) as other:
            for batch in BATCHES:
                for model in models:
                    np.testing.assert_array_equal(model(images[:batch]), other(images[:batch]))
        for model in models:
            model.close()


def test_threads_in_different_gears(model: acl.Model, images: np.ndarray) -> None:
    expected = {batch: model(images[:batch]) for batch in BATCHES}
    wrong: list[int] = []

    def work(batch: int) -> None:
        for _ in range(30):
            if not np.array_equal(model(images[:batch]), expected[batch]):
                wrong.append(batch)

    threads = [threading.Thread(target=work, args=(batch,)) for batch in BATCHES * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def reordered_model() -> bytes:
    """Compiled for b before a, which is what gears of dims are listed in."""
    gears = []
    for i, (rows, length) in enumerate([(2, 5), (3, 7)]):
        graph = GraphBuilder(f"gear_{i}")
        a = graph.data("a", TensorSpec((rows, 4), "float32", "ND"))
        b = graph.data("b", TensorSpec((length,), "float32", "ND"))
        outputs = [graph.op("Relu", [x], x.spec, name=f"relu_{x.node}") for x in (a, b)]
        graph.output(outputs, ["ya", "yb"])
        gears.append(graph)
    joined = join_gears(gears, "dims")
    attrs = joined.graphs[0].nodes["ascend_mbatch_shape_case"].attrs
    attrs |= {
        "user_designate_shape_order": ["b", "a"],
        "_pred_value_0": [5, 2],
        "_pred_value_1": [7, 3],
    }
    return joined.to_bytes()


def test_inputs_in_another_order_than_the_gears() -> None:
    """Flat functions list dims in the order that the model was compiled for; it is not told."""
    content = reordered_model()
    with pytest.raises(acl.NotSupportedError):
        acl.Model.from_bytes(content)
    with acl.Device(0):
        model_id, ret = acl.mdl.load_from_mem(acl.util.bytes_to_ptr(content), len(content))
        assert ret == 0
        desc = acl.mdl.create_desc()
        assert acl.mdl.get_desc(desc, model_id) == 0
        gears, ret = acl.mdl.get_input_dynamic_dims(desc, -1, 2)
        assert ret == 0
        assert [gear["dims"] for gear in gears] == [[5, 2, 4], [7, 3, 4]]
        assert acl.mdl.destroy_desc(desc) == 0
        assert acl.mdl.unload(model_id) == 0
