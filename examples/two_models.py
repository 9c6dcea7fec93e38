# SPDX-License-Identifier: Apache-2.0
"""Two models that share one workspace, each with weights of its own.

A model needs its work memory only while it runs, so models that run one after another can have
the same. On a device that is often most of what they need.

python examples/two_models.py [detect.om classify.om]
"""

import sys

import numpy as np

import acl
from ascendcl.data import DIGITS_MODEL

paths = sys.argv[1:] or [DIGITS_MODEL, DIGITS_MODEL]
for path in paths:
    need = acl.query_size(path)  # asks the file; nothing is loaded
    print(f"{path}: {need.work} bytes of work, {need.weight} of weights")

# As large as the largest of them needs. It closes last: models hold their memory.
with acl.Workspace.for_models(paths) as work:
    print(f"one workspace for all: {work.size} bytes")
    with (
        acl.Model.from_file(paths[0], work=work) as first,
        acl.Model.from_file(paths[1], work=work) as second,
    ):
        for model in (first, second):
            inputs = [np.zeros(info.shape, info.dtype) for info in model.inputs]
            # From any thread: runs on one workspace take turns by themselves.
            model(*inputs)
        print(f"both ran; {work.size} bytes of work memory for two models")
