# SPDX-License-Identifier: Apache-2.0
"""Links as the repository's own pages have them, made right for the site.

Those out of this folder, to files of the repository, become those files' names: the site has no
address of the repository to lead to. Those that call a page by its file's name get its title.
tests/test_documentation.py looks whether they lead somewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class RepositoryLinks(SphinxPostTransform):
    """Comes before MyST resolves its links, which would warn."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Sphinx calls it for each page."""
        for kind in (addnodes.pending_xref, addnodes.download_reference):
            for link in list(self.document.findall(kind)):
                target = str(link.get("reftarget", ""))
                if target.startswith(("/", "../")):
                    link.replace_self(nodes.inline("", "", *link.children))
                elif link.get("refdomain") == "doc" and link.astext() == f"{target}.md":
                    link[:] = [nodes.inline("", self.env.titles[target].astext())]


def setup(app: Sphinx) -> dict[str, Any]:
    """Sphinx calls it."""
    app.add_post_transform(RepositoryLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
