# SPDX-License-Identifier: Apache-2.0
"""The table of pyACL's functions (tests/data/pyacl.tsv) and values to call them with.

Parameters are ``name:kind``, with ``?`` where they may be left out. What a function answers is
``ret`` (a code), ``value`` (no code), ``none``, or the length of the tuple that a code ends.
"""

from __future__ import annotations

import csv
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

TABLE = Path(__file__).parent.parent / "data" / "pyacl.tsv"


class Parameter(NamedTuple):
    name: str
    kind: str
    is_optional: bool


class Function(NamedTuple):
    module: str
    name: str
    parameters: tuple[Parameter, ...]
    returns: str

    @property
    def full_name(self) -> str:
        return f"{self.module}.{self.name}"

    def of(self, acl: ModuleType) -> Any:
        for part in self.full_name.split(".")[1:]:
            acl = getattr(acl, part)
        return acl


def read_table() -> list[Function]:
    functions = []
    with TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            parameters = []
            for word in row["parameters"].split():
                name, kind = word.split(":")
                parameters.append(Parameter(name, kind.rstrip("?"), kind.endswith("?")))
            functions.append(
                Function(row["module"], row["name"], tuple(parameters), row["returns"])
            )
    return functions


def nothing(*_: object) -> None:
    """A callable to register."""


# Dicts that hold what any of the functions looks for.
_FIELDS = {
    "dimCount": 1,
    "dims": [1],
    "handleType": 0,
    "allocationType": 0,
    "memAttr": 0,
    "location": {"id": 0, "type": 1},
    "numAttrs": 1,
    "attrs": [{"attr": 1, "value": {"moduleId": 3}}],
    "failureMode": 1,
    "addr": 0,
    "len": 0,
    "type": 1,
    "id": 1,
    "value": 1,
    "addrOffset": 0,
    "dataOffset": 0,
}

RIGHT: dict[str, Any] = {
    "any": 0,
    "areas": [0, 0, 0],  # as many as "ints" says
    "bytes": b"x",
    "dict": _FIELDS,
    "dicts": [_FIELDS],
    "float": 0.5,
    "floats": [0.5, 1],
    "fn": nothing,
    "int": 0,
    "ints": [1, 2],
    "pairs": [[1, 2], [3, 4]],
    "path": "no such file",
    "str": "text",
    "strs": ["a", "b"],
}

WRONG: dict[str, tuple[Any, ...]] = {
    "dict": ([], None, 0),
    "dicts": (0, None, "text", [0]),
    "float": ("0.5", None, b"x"),
    "floats": (0.5, None, "text", ["a"], [None]),
    "fn": (0, "text"),
    "int": ("0", None, 1.5, b"x", [0]),
    "ints": (0, None, "text", b"text", ["a"], [1.5], [None]),
    "areas": (0, None, "text", b"text", ["a"], [1.5], [None]),
    "pairs": (0, None, "text", [0], [["a", 1]]),
    "path": (0, b"path", ["path"]),
    "str": (0, None, b"text"),
    "strs": (0, None, "text", [0], [b"a"]),
}
