# SPDX-License-Identifier: Apache-2.0
"""Names that pyACL has and this package lacks, and names that nobody has."""

from __future__ import annotations

import copy
import csv
import doctest
import importlib
import inspect
import pickle
from pathlib import Path

import pytest

import acl
import ascendcl
from ascendcl._missing import MISSING

TABLE = Path(__file__).parents[3] / "shared" / "spec" / "pyacl_api.tsv"
SUBMODULES = ("blas", "fv", "himpi", "mdl", "media", "op", "prof", "rt", "util")


def test_the_table_is_pyacls_less_what_is_there() -> None:
    if not TABLE.exists():
        pytest.skip("the table of pyACL's functions is not beside the repository")
    lacking: dict[str, set[str]] = {}
    with TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            module, name = row["module"], row["python_name"]
            owner = acl if module == "acl" else importlib.import_module(module)
            if name not in vars(owner):
                lacking.setdefault(module, set()).add(name)
    assert {module: set(names) for module, names in MISSING.items()} == lacking


@pytest.mark.parametrize("module", MISSING)
def test_a_missing_name(module: str) -> None:
    owner = getattr(acl, module[4:])
    for name in MISSING[module]:
        with pytest.raises(NotImplementedError, match=rf"^{module}\.{name} is part of pyACL"):
            getattr(owner, name)
        with pytest.raises(AttributeError):
            getattr(owner, name)
        assert not hasattr(owner, name)
        assert getattr(owner, name, 7) == 7
        assert name not in dir(owner)


def test_a_call_of_one() -> None:
    with pytest.raises(acl.MissingNameError, match=r"acl\.media\.dvpp_create_hist"):
        acl.media.dvpp_create_hist(1)
    with pytest.raises(acl.MissingNameError, match=r"acl\.himpi\.sys_init"):
        acl.himpi.sys_init()
    with pytest.raises(ImportError, match="dvpp_create_hist"):
        exec("from acl.media import dvpp_create_hist")


@pytest.mark.parametrize("module", ["acl", *(f"acl.{name}" for name in SUBMODULES)])
def test_a_name_that_nobody_has(module: str) -> None:
    for owner in (
        importlib.import_module(module),
        importlib.import_module("ascendcl" + module[3:]),
    ):
        with pytest.raises(AttributeError) as caught:
            _ = owner.nothing_of_that_name
        assert str(caught.value) == f"module {module!r} has no attribute 'nothing_of_that_name'"
        assert not isinstance(caught.value, NotImplementedError)
        assert not hasattr(owner, "__nothing__")


def test_a_slip_is_corrected() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = acl.rt.memcopy
    assert (caught.value.name, caught.value.obj) == ("memcopy", acl.rt)


@pytest.mark.parametrize("name", SUBMODULES)
def test_what_looks_at_modules_is_not_stopped(name: str) -> None:
    module = getattr(ascendcl, name)
    assert inspect.getmembers(module)
    assert inspect.unwrap(module) is module
    assert doctest.DocTestFinder().find(module)
    assert inspect.getdoc(module)
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(module)
    with pytest.raises(TypeError, match="cannot pickle"):
        copy.copy(module)
