# SPDX-License-Identifier: Apache-2.0
"""``.. flat-functions:: rt``: the functions of one module of the flat API, from its stubs.

The compiled functions carry no signature; stubtest keeps the stubs equal to them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective
from sphinx.util.parsing import nested_parse_to_nodes

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

STUBS = Path(__file__).resolve().parents[2] / "python" / "ascendcl" / "_acl"


def signature(function: ast.FunctionDef) -> str:
    """Names, types and defaults, without the types that only a checker needs."""
    arguments = ast.unparse(function.args).replace("*args: object", "")
    text = f"({arguments}) -> {ast.unparse(function.returns) if function.returns else 'None'}"
    return text.replace("SupportsIndex", "int").replace("_StrPath", "str | PathLike")


def functions(module: str) -> list[ast.FunctionDef]:
    """Those of acl.`module`, of acl itself where it is empty."""
    path = STUBS / f"{module or '__init__'}.pyi"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


class FlatFunctions(SphinxDirective):
    """The directive, of reStructuredText."""

    optional_arguments = 1
    has_content = False

    def run(self) -> list[nodes.Node]:
        """Sphinx calls it."""
        module = self.arguments[0] if self.arguments else ""
        path = STUBS / f"{module or '__init__'}.pyi"
        self.env.note_dependency(str(path))
        lines: list[str] = []
        for function in functions(module):
            name = ".".join(filter(None, ("acl", module, function.name)))
            lines += [f".. py:function:: {name}{signature(function)}", ""]
            text = re.sub(r"(\*|_\b)", r"\\\1", ast.get_docstring(function) or "")  # no markup
            lines += [f"   {line}".rstrip() for line in text.splitlines()]
            lines += [""]
        return nested_parse_to_nodes(self.state, StringList(lines, str(path)))


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls it."""
    app.add_directive("flat-functions", FlatFunctions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
