# SPDX-License-Identifier: Apache-2.0
"""From status codes to exceptions: every code has a class, a name and words."""

from __future__ import annotations

import copy
import errno
import pickle
import sys
from pathlib import Path

import pytest

import ascendcl as acl
from ascendcl import _acl, errors, om

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


COPIES = {
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),
    "old pickle": lambda error: pickle.loads(pickle.dumps(error, 0)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
CLASSES = sorted(
    (one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)),
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", [one for one in CLASSES if issubclass(one, acl.AclError)])
def test_survives_pickling(kind: type[acl.AclError], how: str) -> None:
    error = kind(207001, "aclrtMalloc", " words\n")
    if isinstance(error, OSError):
        error.errno, error.strerror, error.filename = 2, "no such file", "model.om"
    error.own = "attribute"
    if sys.version_info >= (3, 11):
        error.add_note("a note")
    twin = COPIES[how](error)
    assert type(twin) is kind
    assert (twin.code, twin.function, twin.detail) == (207001, "aclrtMalloc", "words")
    assert (twin.symbol, twin.hint, twin.args) == (error.symbol, error.hint, error.args)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
    if isinstance(error, OSError):
        assert (twin.errno, twin.strerror, twin.filename) == (2, "no such file", "model.om")


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", [one for one in CLASSES if not issubclass(one, acl.AclError)])
def test_warnings_survive_pickling(kind: type[Exception], how: str) -> None:
    twin = COPIES[how](kind("words"))
    assert (type(twin), str(twin)) == (kind, "words")


@pytest.mark.parametrize("how", COPIES)
def test_a_missing_file_stays_named(how: str, tmp_path: Path) -> None:
    with pytest.raises(acl.AclFileNotFoundError) as caught:
        acl.query_size(tmp_path / "missing.om")
    twin = COPIES[how](caught.value)
    assert (twin.errno, twin.filename) == (errno.ENOENT, str(tmp_path / "missing.om"))
    assert str(twin) == str(caught.value)


@pytest.mark.parametrize("how", COPIES)
def test_a_damaged_file_is_told_in_other_processes(how: str) -> None:
    with pytest.raises(om.FormatError) as caught:
        om.File.from_bytes(b"OOPS" * 100)
    twin = COPIES[how](caught.value)
    assert (type(twin), str(twin)) == (om.FormatError, str(caught.value))
    assert twin.code == caught.value.code


def test_handles_do_not_pickle(digits) -> None:
    with acl.Model.from_file(digits) as model, pytest.raises(TypeError, match="pickle"):
        pickle.dumps(model)


def test_message_of_the_runtime_is_taken_once(digits) -> None:
    """It belongs to the exception; nothing is left for the next failure to be confused with."""
    with pytest.raises(acl.AclError) as caught:
        acl.query_size(digits.with_name("missing.om"))
    assert caught.value.detail
    assert acl.get_recent_err_msg() is None
