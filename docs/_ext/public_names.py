# SPDX-License-Identifier: Apache-2.0
"""Links to `ascendcl.model.Model`, where a class is defined, lead to `acl.Model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Look a name of ours up by its last part, and by its class and last part."""
    if node.get("refdomain") != "py" or app.builder is None:
        return None
    target = str(node["reftarget"])
    parts = target.split(".")
    domain = env.get_domain("py")
    for words in (1, 2):
        name = ".".join(["acl", *parts[-words:]])
        found = domain.resolve_any_xref(env, node["refdoc"], app.builder, name, node, content)
        if found:
            return found[0][1]
    return None


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls it."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
