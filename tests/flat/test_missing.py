# SPDX-License-Identifier: Apache-2.0
"""A CANN that lacks functions: the import works, calls to what is missing say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

CODE = """
import acl
assert acl.init() == 0
assert acl.get_version() == (1, 2, 3, 0)
for function, arguments, c_name in (
    (acl.rt.malloc, (16, 0), "aclrtMalloc"),
    (acl.rt.malloc, ("wrong",), "aclrtMalloc"),
    (acl.mdl.get_input_dims, (0, 0), "aclmdlGetInputDims"),
    (acl.prof.get_op_type_v2, (0, 0, 0), "aclprofGetOpTypeLen, aclprofGetOpType"),
    (acl.fv.init, (0,), "aclfvInit"),
):
    try:
        function(*arguments)
    except NotImplementedError as error:
        assert str(error).endswith(f"(ACL 1.2.3) has no {c_name}"), error
        assert str(error).startswith("acl."), error
    else:
        raise AssertionError(function)
address = acl.util.bytes_to_ptr(b"needs no C function")
assert acl.finalize() == 0
print("done")
"""


@pytest.mark.parametrize("binding", ["lazy", "now"])
def test_missing_functions(old_runtime: Path, run: Any, binding: str) -> None:
    done = run(old_runtime, CODE, **({"LD_BIND_NOW": "1"} if binding == "now" else {}))
    assert (done.returncode, done.stdout.strip()) == (0, "done"), done.stderr
