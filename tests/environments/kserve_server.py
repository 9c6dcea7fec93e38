# SPDX-License-Identifier: Apache-2.0
"""The example's model server with what tests of it need: a gate before runs, and a no-op model.

Runs of models are counted. While the file that KSERVE_GATE names holds a number, those from that
number on wait. The fault rules in KSERVE_FAULTS hold from when the model is loaded. The model
"noop" decodes its input as the example's does and answers a constant.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[2] / "examples" / "kserve"))

import kserve
import model_server
import numpy as np
from ascend_model import decoded, encoded

import acl
from ascendcl._testing import library


def put_gate_before_runs(file: Path) -> None:
    """Have Model.run wait while the file says so."""
    run, numbers = acl.Model.run, itertools.count(1)

    def gated(self: acl.Model, *inputs: Any, **options: Any) -> Any:
        number = next(numbers)
        while is_closed_for(number):
            time.sleep(0.005)
        return run(self, *inputs, **options)

    def is_closed_for(number: int) -> bool:
        try:
            return number >= int(file.read_text())
        except FileNotFoundError:
            return False

    acl.Model.run = gated


class NoOp(kserve.Model):
    """What any model costs in this server."""

    def __init__(self) -> None:
        super().__init__("noop")
        self.ready = True
        self.constant = np.full((1, 10), 0.1, np.float32)

    async def predict(self, request: kserve.InferRequest, *_: Any) -> kserve.InferResponse:
        """Answer a constant."""
        for each in request.inputs:
            decoded(each)
        return kserve.InferResponse(
            request.id, self.name, [encoded("probabilities", self.constant)],
            use_binary_outputs=request.use_binary_outputs,
        )  # fmt: skip


if __name__ == "__main__":
    if "KSERVE_GATE" in os.environ:
        put_gate_before_runs(Path(os.environ["KSERVE_GATE"]))
    serve = model_server.serve

    def serve_more(*served: Any) -> None:
        rules = os.environ.get("KSERVE_FAULTS", "")
        assert library().ascendclSetFaults(rules.encode()) == 0
        serve(*served, NoOp())

    model_server.serve = serve_more
    model_server.main()
