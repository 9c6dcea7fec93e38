# SPDX-License-Identifier: Apache-2.0
"""What the headers of the C interface declare and what the host runtime's sources define.

The headers are the one table of functions; the generators beside this file read it from here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple


class Function(NamedTuple):
    """A declared function: its return type, its name and the text between its parentheses."""

    returns: str
    name: str
    parameters: str

    @property
    def prototype(self) -> str:
        gap = "" if self.returns.endswith("*") else " "
        return f"{self.returns}{gap}{self.name}({self.parameters})"

    @property
    def pointer_type(self) -> str:
        return f"{self.returns} (*)({self.parameters})"

    @property
    def variadic(self) -> bool:
        return self.parameters.endswith("...")

    @property
    def argument_names(self) -> list[str]:
        """The parameters' names in order."""
        return [_parameter_name(part) for part in self.parameter_texts]

    @property
    def parameter_texts(self) -> list[str]:
        """Their declarations, likewise."""
        if self.parameters in ("", "void"):
            return []
        return [part for part in _split(self.parameters) if part != "..."]


def _split(parameters: str) -> list[str]:
    """The text of each parameter: split at the commas outside parentheses."""
    parts, depth = [""], 0
    for character in parameters:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _parameter_name(parameter: str) -> str:
    """`callback` of `int (*const callback)(void *)`, `dims` of `const int64_t dims[]`."""
    pointer = re.search(r"\(\s*\*\s*(?:const\s+)?(\w+)\s*\)", parameter)
    plain = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$", parameter)
    found = pointer or plain
    if found is None:
        raise ValueError(f"a parameter without a name: {parameter!r}")
    return found.group(1)


_COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)
_DECLARATION = re.compile(r"^ACL_FUNC_VISIBILITY\s+([\w\s*]+?)\b(\w+)\s*\((.*?)\)\s*;", re.M | re.S)
# A definition starts in the first column: words of a return type, then the name.
_DEFINITION = re.compile(r"^(?:\w+[\s*&]+)+?(acl\w+)\s*\(", re.M)


def without_comments(text: str) -> str:
    """The text without comments and with a 0 for every literal; lines stay where they are."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        newlines = "\n" * found.count("\n")
        return newlines or " " if found.startswith("/") else f"0{newlines}"

    return _COMMENT_OR_LITERAL.sub(blank, text)


def declared_functions(text: str) -> list[Function]:
    """The functions that the text of a header declares."""
    return [
        Function(*(" ".join(part.split()) for part in match.groups()))
        for match in _DECLARATION.finditer(without_comments(text))
    ]


def defined_functions(text: str) -> set[str]:
    """The names of the functions that the text of a source file defines (not merely declares)."""
    text = without_comments(text)
    names = set()
    for match in _DEFINITION.finditer(text):
        depth, position = 1, match.end()
        while depth and position < len(text):
            depth += {"(": 1, ")": -1}.get(text[position], 0)
            position += 1
        if re.match(r"\s*(?:noexcept\s*)?(?:try\s*)?\{", text[position:]):
            names.add(match.group(1))
    return names


def header_files(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*.h"))


def functions_of(directory: Path) -> list[Function]:
    """Every function declared below an include directory, sorted by header; none twice."""
    functions: dict[str, Function] = {}
    for path in header_files(directory):
        for function in declared_functions(path.read_text(encoding="utf-8")):
            if function.name in functions:
                raise ValueError(f"{path}: {function.name} is declared twice")
            functions[function.name] = function
    return list(functions.values())
