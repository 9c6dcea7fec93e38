# SPDX-License-Identifier: Apache-2.0
"""From status codes to exceptions: every code has a class, a name and words."""

from __future__ import annotations

import pickle

import pytest

import ascendcl as acl
from ascendcl import _acl, errors

CODES = {
    value: name for name, value in vars(_acl.constants).items() if name.startswith("ACL_ERROR_")
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_of_the_headers(code: int) -> None:
    error = errors.from_status(code, "aclSomething", "the runtime's own words")
    assert isinstance(error, acl.AclError)
    assert isinstance(error, RuntimeError)
    assert _acl.constants.__dict__[error.symbol] == code
    for part in ("aclSomething", str(code), error.symbol, "the runtime's own words"):
        assert part in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (207001, MemoryError),
        (245000, MemoryError),
        (200000, MemoryError),
        (100000, ValueError),
        (107000, ValueError),
        (145000, ValueError),
        (507012, TimeoutError),
        (507046, TimeoutError),
        (507047, TimeoutError),
        (200001, NotImplementedError),
        (207000, NotImplementedError),
        (107002, acl.ContextError),
        (507015, acl.DeviceFaultError),
    ],
)
def test_kinds_that_python_knows(code: int, kind: type[Exception]) -> None:
    assert isinstance(errors.from_status(code, "f", ""), kind)


def test_unknown_code_is_still_told() -> None:
    error = errors.from_status(999999, "aclFuture", "")
    assert type(error) is acl.AclError
    assert (error.code, error.symbol, error.hint) == (999999, "", "")
    assert str(error) == "aclFuture failed with 999999"


def test_survives_pickling() -> None:
    error = errors.from_status(207001, "aclrtMalloc", "words")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.code, copy.function, copy.detail) == (207001, "aclrtMalloc", "words")
    assert str(copy) == str(error)


def test_handles_do_not_pickle(digits) -> None:
    with acl.Model.from_file(digits) as model, pytest.raises(TypeError, match="pickle"):
        pickle.dumps(model)


def test_message_of_the_runtime_is_taken_once(digits) -> None:
    """It belongs to the exception; nothing is left for the next failure to be confused with."""
    with pytest.raises(acl.AclError) as caught:
        acl.query_size(digits.with_name("missing.om"))
    assert caught.value.detail
    assert acl.get_recent_err_msg() is None
