# SPDX-License-Identifier: Apache-2.0
"""A recurrent model whose state stays on the device from step to step.

A GRU cell is made with onnx, compiled for the host runtime, and run over a sequence: only the
step's input goes to the device and only its output comes back. Its new state is the next step's
state by exchanging two device buffers, without a copy.

python examples/recurrent.py
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from acl.om import compile  # on the command line: ascendcl compile gru.onnx -o gru.om
from onnx import TensorProto, helper, numpy_helper

import acl

FEATURES, HIDDEN, STEPS = 4, 16, 50


def gru_step(random: np.random.Generator) -> onnx.ModelProto:
    """One step: (x, state) -> (y, next_state). ONNX's GRU over a sequence of length 1."""
    weights = {
        "w": random.normal(0, 0.5, (1, 3 * HIDDEN, FEATURES)),
        "r": random.normal(0, 0.5, (1, 3 * HIDDEN, HIDDEN)),
    }
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("GRU", ["x", "w", "r", "", "", "state"], ["y", "next_state"],
                          hidden_size=HIDDEN)],
        "gru",
        [tensor("x", TensorProto.FLOAT, (1, 1, FEATURES)),
         tensor("state", TensorProto.FLOAT, (1, 1, HIDDEN))],
        [tensor("y", TensorProto.FLOAT, (1, 1, 1, HIDDEN)),
         tensor("next_state", TensorProto.FLOAT, (1, 1, HIDDEN))],
        [numpy_helper.from_array(v.astype(np.float32), name) for name, v in weights.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


random = np.random.default_rng(1)
sequence = random.normal(size=(STEPS, 1, 1, FEATURES)).astype(np.float32)

with tempfile.TemporaryDirectory() as folder:
    source = Path(folder) / "gru.onnx"
    onnx.save(gru_step(random), source)
    compiled = compile(source, Path(folder) / "gru.om")  # checked against ONNX Runtime

    with (
        acl.Model.from_file(compiled.path) as model,
        acl.DeviceArray((1, 1, HIDDEN), np.float32) as state,
        acl.DeviceArray((1, 1, HIDDEN), np.float32) as next_state,
    ):
        # Outputs are called "node:index:tensor"; TensorInfo.tensor is the last part.
        y_name, state_name = (info.name for info in model.outputs)
        x = np.empty((1, 1, FEATURES), np.float32)
        y = np.empty((1, 1, 1, HIDDEN), np.float32)
        state.copy_from(np.zeros(state.shape, state.dtype))
        with model.bind([x, state], [y, next_state], state={state_name: "state"}) as bound:
            for x[...] in sequence:
                bound()
        print(f"after {STEPS} steps with the state on the device: {y.ravel()[:4]}")

        # The same with the state going to the host and back in each step.
        carried = np.zeros((1, 1, HIDDEN), np.float32)
        for step in sequence:
            output, carried = model(step, carried)
        print(f"with the state through the host:       {output.ravel()[:4]}")
        np.testing.assert_array_equal(y, output)
