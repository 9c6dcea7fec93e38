# SPDX-License-Identifier: Apache-2.0
"""The documents as a site: ``sphinx-build -W --keep-going -n docs build/site``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))
os.environ.setdefault("ASCENDCL_RUNTIME", "host")  # the package is imported for its docstrings

import ascendcl  # noqa: E402

project = "ascendcl"
author = "ascendcl developers"
copyright = author  # noqa: A001
release = version = ascendcl.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "public_names",
    "flat_functions",
    "repository_links",
]
exclude_patterns = ["_ext"]
source_suffix = {".md": "markdown"}
nitpicky = True
# A toctree takes cli, bench and serving by patterns: each comes with its command or example.
suppress_warnings = ["toc.empty_glob"]
# Types of other packages are not linked: a build asks nobody on the network.
nitpick_ignore_regex = [("py:.*", r"(?!(ascendcl|acl)\b).*")]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say them, in words
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "ascendcl"
html_static_path = ["_static"]
html_css_files = ["wide_tables.css"]
