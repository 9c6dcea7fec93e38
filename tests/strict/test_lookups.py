# SPDX-License-Identifier: Apache-2.0
"""What is looked up of the parameters of every function of the C ABI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cmake"))

from acl_declarations import Function, declared_functions, functions_of
from argument_lookups import Lookup, listing, lookups_of, types_of

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ROOT / "third_party" / "cann" / "include"

# Pointers that are deliberately not looked up by the entry, and who looks instead.
NOT_LOOKED_UP = {
    "the program's own business": {"userData", "userdata", "args", "symbol", "fd"},
    "reserved, and null": {"reserve", "rsv", "config", "expectPtr"},
    "only asked about": {"ptr", "pHost"},
    "checked with the model (ACL-006, ACL-021)": {"workPtr", "weightPtr", "varWeightPtr"},
    "checked with the table of reserved addresses": {"virPtr", "virPtrDst", "virPtrSrc"},
    "checked when the sizes are known (ops/execute.cpp)": {
        *("a", "x", "y", "alpha", "beta", "matrixA", "matrixB", "matrixC")
    },
    "checked with the work on the picture (host/dvpp)": {"dataDev", "bufAddr"},
    "of functions that the host runtime has not": {
        *("func", "hostArgs", "userHostMem", "param", "shareableHandle", "leftValue", "rightValue")
    },
}


def test_the_list_is_up_to_date() -> None:
    """tests/strict/lookups.txt is what a change of the headers or of the rules has to change."""
    command = [sys.executable, str(ROOT / "cmake" / "argument_lookups.py"), "--headers", HEADERS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    listed = (Path(__file__).parent / "lookups.txt").read_text(encoding="utf-8")
    assert done.stdout == listed


def test_every_pointer_is_looked_up_or_known_not_to_be() -> None:
    known = set().union(*NOT_LOOKED_UP.values())
    types = types_of(HEADERS)
    for function in functions_of(HEADERS):
        found = {lookup.parameter for lookup in lookups_of(function, types)}
        for text, name in zip(function.parameter_texts, function.argument_names, strict=True):
            if "*" in text or "[" in text:
                assert name in found | known, f"{function.name}: {name}"


def _declared(text: str) -> Function:
    (function,) = declared_functions(f"ACL_FUNC_VISIBILITY {text};")
    return function


def test_a_new_pointer_in_no_class_stops_the_build() -> None:
    function = _declared("aclError aclrtNew(void *mystery, aclrtStream stream)")
    with pytest.raises(ValueError, match="aclrtNew: nothing says what is looked up of mystery"):
        lookups_of(function, types_of(HEADERS))


def test_types_and_names_of_a_new_function_are_enough() -> None:
    text = "aclError aclrtNew(void *dst, size_t destMax, const aclmdlDataset *input, size_t *n)"
    assert lookups_of(_declared(text), types_of(HEADERS)) == [
        Lookup("dst", "kRange", size="destMax", writes=True),
        Lookup("input", "kHandle", "kDataSet"),
        Lookup("n", "kRange", element="sizeof(size_t)", writes=True),
    ]


def test_the_list_names_every_function_with_pointers() -> None:
    functions = functions_of(HEADERS)
    listed = {line.split(":")[0] for line in listing(functions, types_of(HEADERS)).splitlines()}
    assert listed >= {f.name for f in functions if "*" in f.parameters}
