# SPDX-License-Identifier: Apache-2.0
"""Reads our ACL headers and compiles checks against ours or others."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
INCLUDE = REPOSITORY / "third_party" / "cann" / "include"


def _load_declarations() -> ModuleType:
    path = REPOSITORY / "cmake" / "acl_declarations.py"
    spec = importlib.util.spec_from_file_location("acl_declarations", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


declarations = _load_declarations()


class Struct(NamedTuple):
    """A structure or union and its fields; members of an anonymous union count as fields."""

    tag: str
    name: str
    fields: list[str]


def header_names() -> list[str]:
    """`acl/acl_rt.h` and so on."""
    return [path.relative_to(INCLUDE).as_posix() for path in declarations.header_files(INCLUDE)]


def header_text(name: str) -> str:
    text: str = declarations.without_comments((INCLUDE / name).read_text(encoding="utf-8"))
    return text


def enumerators(text: str) -> dict[str, tuple[str, int]]:
    """The enumeration and the value of each enumerator."""
    found: dict[str, tuple[str, int]] = {}
    pattern = r"\benum\s+(?:class\s+)?(\w+)\s*(?::\s*\w+\s*)?\{(.*?)\}"
    for enum, body in re.findall(pattern, text, re.S):
        for name, value in re.findall(r"(\w+)\s*=\s*(-?\w+)", body):
            found[name] = (enum, int(value, 0))
    return found


def enumerator_check(enum: str, name: str, value: int | str) -> str:
    """An assertion that holds for plain and for scoped enumerations."""
    return f'static_assert(static_cast<long long>({enum}::{name}) == {value}, "{name}");'


def constants(text: str) -> dict[str, str]:
    """Macros with a number for a value; in the text of a header, literals are numbers too."""
    found = re.findall(r"^#define\s+(\w+)\s+((?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*)\s*$", text, re.M)
    return {name: value for name, value in found if name not in texts()}


def texts() -> dict[str, str]:
    """Macros of all headers with a literal for a value."""
    return {
        name: value
        for header in header_names()
        for name, value in re.findall(
            r'^#define\s+(\w+)\s+(".*")\s*$', (INCLUDE / header).read_text(encoding="utf-8"), re.M
        )
    }


def structs(text: str) -> list[Struct]:
    found = []
    pattern = r"^typedef\s+(?:struct|union)\s+(\w+)\s*\{(.*?)^\}\s*(\w+)\s*;"
    for tag, body, name in re.findall(pattern, text, re.S | re.M):
        flat = re.sub(r"union\s*\w*\s*\{[^}]*\}\s*(\w+)\s*;", r"int \1;", body)
        flat = re.sub(r"union\s*\{([^}]*)\}\s*;", r"\1", flat)
        found.append(Struct(tag, name, re.findall(r"(\w+)\s*(?:\[[^\]]*\]\s*)*;", flat)))
    return found


def compiler(language: str) -> str:
    """`cc` or `c++`; the test is skipped where there is none."""
    program = shutil.which({"c": "cc", "c++": "c++"}[language])
    if program is None:
        pytest.skip(f"no {language} compiler")
    return program


def compile_text(
    text: str, folder: Path, flags: Sequence[str], language: str = "c++"
) -> subprocess.CompletedProcess[str]:
    """Checks a translation unit without making an object file."""
    source = folder / {"c": "check.c", "c++": "check.cpp"}[language]
    source.write_text(text, encoding="utf-8")
    return subprocess.run(
        [compiler(language), "-fsyntax-only", *flags, str(source)],
        capture_output=True,
        text=True,
        check=False,
    )


def include_lines(names: Iterable[str]) -> list[str]:
    return [f'#include "{name}"' for name in names]
