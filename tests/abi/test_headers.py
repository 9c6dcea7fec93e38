# SPDX-License-Identifier: Apache-2.0
"""Our C interface compiles everywhere and is what the interface tables say."""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest
from acl_headers import (
    INCLUDE,
    REPOSITORY,
    compile_text,
    compiler,
    declarations,
    enumerator_check,
    header_names,
    header_text,
    include_lines,
    texts,
)

TABLES = REPOSITORY.parent / "shared" / "spec"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", f"-I{INCLUDE}"]
LANGUAGES = [("c", "-std=c11"), ("c++", "-std=c++17")]
# What old client programs are compiled as.
OLDEST = [("c", "-std=c99"), ("c++", "-std=c++11")]
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


def run_text(lines: list[str], folder: Path, language: str, standard: str) -> str:
    """What a program prints that is linked with no library."""
    source = folder / {"c": "program.c", "c++": "program.cpp"}[language]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [compiler(language), standard, *STRICT, str(source), "-o", str(folder / "program")]
    subprocess.run(command, check=True)
    run = subprocess.run([folder / "program"], check=True, capture_output=True, text=True)
    return run.stdout


@pytest.mark.parametrize(("language", "standard"), OLDEST + LANGUAGES)
def test_all_headers_together(tmp_path: Path, language: str, standard: str) -> None:
    assert_compiles(tmp_path, include_lines(header_names()), language, standard)


def test_each_header_alone(tmp_path: Path) -> None:
    for name in header_names():
        assert_compiles(
            tmp_path, [*include_lines([name, name]), "extern int not_empty;"], "c", "-std=c11"
        )


def test_headers_find_each_other(tmp_path: Path) -> None:
    """Some builds name the folder of the headers itself, and no other."""
    names = [Path(name).name for name in header_names()]
    folders = [f"-I{INCLUDE / folder}" for folder in ("acl", "acl/ops", "acl/error_codes")]
    flags = ["-std=c99", *(flag for flag in STRICT if not flag.startswith("-I")), *folders]
    result = compile_text("\n".join([*include_lines(names), ""]), tmp_path, flags, "c")
    assert result.returncode == 0, result.stderr


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
        if value.startswith('"'):
            continue
        assert NUMBER.fullmatch(value), (name, value)
        lines.append(f'static_assert({name} == {value}, "{name}");')
        lines.append(f'static_assert(sizeof({name}) == sizeof({value}), "type of {name}");')
    assert len(enums) > 500
    assert len(numbers) > 300
    assert_compiles(tmp_path, lines, "c++", "-std=c++17")


@pytest.mark.parametrize(("language", "standard"), OLDEST)
def test_texts(tmp_path: Path, language: str, standard: str) -> None:
    """Macros whose value is a text: they join other literals, as clients have them do."""
    expected = {name: value for _, name, value in table("c_constants") if value.startswith('"')}
    # No table has this one; the attribute that it names is documented at aclmdlGetOpAttr.
    expected["ACL_ATTR_NAME_DATA_DUMP_ORIGIN_OP_NAMES"] = '"_datadump_original_op_names"'
    assert texts() == expected
    assert len(expected) >= 3
    program = ["#include <string.h>", *include_lines(header_names()), "int main(void) {"]
    program += [
        f'    if (strcmp({name} "!", {value} "!") != 0) return 1;'
        for name, value in expected.items()
    ]
    assert run_text([*program, "    return 0;", "}"], tmp_path, language, standard) == ""


@pytest.mark.parametrize(("language", "standard"), OLDEST)
def test_log_lines_name_their_place(tmp_path: Path, language: str, standard: str) -> None:
    """With values and without: the second is where C99 allows no GNU way to write the macro."""
    program = [
        *include_lines(["acl/acl.h"]),
        "#include <stdarg.h>",
        "#include <stdio.h>",
        "void aclAppLog(aclLogLevel level, const char *func, const char *file, uint32_t line,",
        "               const char *fmt, ...) {",
        "    va_list values;",
        '    printf("%d %s %d %u ", (int)level, func, file[0] != 0, line);',
        "    va_start(values, fmt);",
        "    vprintf(fmt, values);",
        "    va_end(values);",
        "}",
        "int main(void) {",
        '    ACL_APP_LOG(ACL_ERROR, "%d of %s;", 3, "four");',
        '    ACL_APP_LOG(ACL_INFO, "none");',
        "    return 0;",
        "}",
    ]
    said = run_text(program, tmp_path, language, standard)
    assert said == "3 main 1 13 3 of four;1 main 1 14 none"


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
