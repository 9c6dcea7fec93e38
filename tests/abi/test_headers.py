# SPDX-License-Identifier: Apache-2.0
"""Our C interface compiles everywhere and is what the interface tables say."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from acl_headers import (
    INCLUDE,
    REPOSITORY,
    compile_text,
    declarations,
    enumerator_check,
    header_names,
    header_text,
    include_lines,
)

TABLES = REPOSITORY.parent / "shared" / "spec"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", f"-I{INCLUDE}"]
LANGUAGES = [("c", "-std=c11"), ("c++", "-std=c++17")]
NUMBER = re.compile(r"\(?\s*(-?)(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\s*\)?")


def table(name: str) -> list[list[str]]:
    path = TABLES / f"{name}.tsv"
    if not path.is_file():
        pytest.skip(f"the interface tables are not here: {path}")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def assert_compiles(folder: Path, lines: list[str], language: str, standard: str) -> None:
    result = compile_text("\n".join(lines) + "\n", folder, [standard, *STRICT], language)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("language", "standard"), LANGUAGES)
def test_all_headers_together(tmp_path: Path, language: str, standard: str) -> None:
    assert_compiles(tmp_path, include_lines(header_names()), language, standard)


def test_each_header_alone(tmp_path: Path) -> None:
    for name in header_names():
        assert_compiles(
            tmp_path, [*include_lines([name, name]), "extern int not_empty;"], "c", "-std=c11"
        )


def test_no_function_twice_and_all_parsed() -> None:
    declared = declarations.functions_of(INCLUDE)
    marked = sum(
        len(re.findall(r"^ACL_FUNC_VISIBILITY\b", header_text(h), re.M)) for h in header_names()
    )
    assert len(declared) == marked > 600


def test_functions_stand_where_the_table_says() -> None:
    expected = {(row[0], row[1]) for row in table("c_functions")}
    ours = {
        (header, function.name)
        for header in header_names()
        for function in declarations.declared_functions(header_text(header))
    }
    assert expected - ours == set()
    # No table has the feature retrieval functions, nor those of media memory.
    assert {header for header, _ in ours - expected} == {"acl/ops/acl_fv.h", "acl/ops/acl_dvpp.h"}


def test_enumerators_and_constants(tmp_path: Path) -> None:
    lines = include_lines(header_names())
    enums, numbers = table("c_enums"), table("c_constants")
    for _, enum, name, value in enums:
        lines.append(enumerator_check(enum, name, value))
        lines.append(f'static_assert(sizeof(enum {enum}) == 4, "{enum}");')
    for _, name, value in numbers:
        assert NUMBER.fullmatch(value), (name, value)
        lines.append(f'static_assert({name} == {value}, "{name}");')
        lines.append(f'static_assert(sizeof({name}) == sizeof({value}), "type of {name}");')
    assert len(enums) > 500
    assert len(numbers) > 300
    assert_compiles(tmp_path, lines, "c++", "-std=c++17")


@pytest.mark.parametrize(("language", "standard"), LANGUAGES)
def test_structure_layouts(tmp_path: Path, language: str, standard: str) -> None:
    check = "static_assert" if language == "c++" else "_Static_assert"
    lines = ["#include <stddef.h>", *include_lines(header_names())]
    # The table names what a C program may say without `struct` wherever there is a typedef.
    names = {
        row[2].split()[1]: row[1]
        for row in table("c_typedefs")
        if row[2].startswith(("struct ", "union "))
    }
    rows = table("c_structs")
    for _, tag, field, _, offset, size in rows:
        name = names.get(tag, tag)
        lines.append(f'{check}(sizeof({name}) == {size}, "{name}");')
        if int(offset) >= 0:
            lines.append(f'{check}(offsetof({name}, {field}) == {offset}, "{name}.{field}");')
    lines.append(f'{check}(offsetof(aclmdlRITaskParams, kernelTaskParams) == 72, "union");')
    assert len(rows) > 250
    assert_compiles(tmp_path, lines, language, standard)


def test_typedefs(tmp_path: Path) -> None:
    lines = ["#include <type_traits>", *include_lines(header_names())]
    rows = table("c_typedefs")
    for _, name, target in rows:
        lines.append(f'static_assert(std::is_same_v<{name}, {target}>, "{name}");')
    assert len(rows) > 200
    assert_compiles(tmp_path, lines, "c++", "-std=c++17")


def test_functions_have_the_tabulated_types(tmp_path: Path) -> None:
    lines = ["#include <type_traits>", *include_lines(header_names())]
    rows = table("c_functions")
    for _, name, returns, parameters in rows:
        # The table writes the type first and the name last: `int64_t[][2] dimsRange`.
        types = [
            re.sub(r"\s*\b\w+$", "", one).strip()
            for one in re.split(r",\s*(?![^()]*\))", parameters)
            if one != "void"
        ]
        if name == "aclAppLog":
            types.append("...")  # variadic; the table has no column for it
        lines.append(
            "static_assert(std::is_same_v<decltype(&{0}), std::add_pointer_t<{1}({2})>>, "
            '"{0}");'.format(name, returns, ", ".join(decayed(one) for one in types))
        )
    assert len(rows) > 600
    assert_compiles(tmp_path, lines, "c++", "-std=c++17")


def decayed(parameter: str) -> str:
    """An array parameter as the pointer that it is."""
    match = re.fullmatch(r"(.*?)\s*\[\](\[\d+\])?", parameter)
    if match is None:
        return parameter
    return f"{match.group(1)} (*){match.group(2)}" if match.group(2) else f"{match.group(1)} *"
