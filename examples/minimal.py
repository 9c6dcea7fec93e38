# SPDX-License-Identifier: Apache-2.0
"""One model, one run.

python examples/minimal.py
"""

import acl
from ascendcl.data import DIGITS_MODEL, digits_held_out  # a small model that the package brings

# On a machine without an NPU this runs on the CPU, and importing acl says so once.
with acl.Model.from_file(DIGITS_MODEL) as model:
    for info in (*model.inputs, *model.outputs):
        print(info.name, info.shape, info.dtype)

    # Arrays have to fit exactly: nothing is converted or copied without a word.
    image = digits_held_out().images[:1]  # 1 x 1 x 8 x 8, float32
    probabilities = model(image)  # one output: its array; several: a tuple of arrays
    print(f"this is a {probabilities.argmax()}")
