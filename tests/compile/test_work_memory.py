# SPDX-License-Identifier: Apache-2.0
"""The work memory of a compiled model against the least that any plan needs."""

from __future__ import annotations

from pathlib import Path

import openvino as ov
import pytest
from onnx_models import F32, compiled, floats, node, onnx_file, run

import ascendcl as acl
from ascendcl.om.host_model import feature_size, tensor_lifetimes
from ascendcl.om.memory_plan import lower_bound

MODELS = Path(__file__).parents[3] / "shared" / "models"


@pytest.mark.parametrize("name", ["lane", "nanotrack_backbone127", "nanotrack_v3_head"])
def test_a_real_model_needs_little_more_than_the_largest_set_alive_at_once(name: str) -> None:
    path = MODELS / f"{name}.onnx"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    model = ov.Core().read_model(path)
    model.reshape(
        {port: [max(1, d.get_min_length()) for d in port.partial_shape] for port in model.inputs}
    )
    least = lower_bound(tensor_lifetimes(model), 64)
    assert least <= feature_size(model) <= 1.1 * least


def test_work_memory_is_that_of_the_tensors_between_inputs_and_outputs(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [
            node("Relu", ["x"], ["a"]),
            node("Neg", ["a"], ["b"]),
            node("Exp", ["b"], ["c"]),
            node("Neg", ["c"], ["y"]),
        ],
        {"x": (F32, [256, 256])},
        {"y": (F32, [256, 256])},
    )
    path = compiled(source)
    tensor = 4 * 256 * 256
    # Two that are alive at once, the input and the output; each ends on a multiple of 512.
    assert 4 * tensor <= acl.query_size(path).work <= 4 * (tensor + 512)
    work = acl.DeviceBuffer(acl.query_size(path).work)
    with acl.Model.from_file(path, work=work) as model:
        assert model.workspace_is_user_managed
        model(floats(256, 256))


def test_models_of_open_shapes_need_none(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx", [node("Relu", ["x"], ["y"])], {"x": (F32, ["n"])}, {"y": (F32, ["n"])}
    )
    path = compiled(source)
    assert acl.query_size(path).work == 0
    run(path, floats(3))
