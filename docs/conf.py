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
copyright = author
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
default_role = "py:obj"  # `Model.bind` in a docstring is a link
# Types of other packages are not linked: a build asks nobody on the network.
nitpick_ignore_regex = [("py:.*", r"(?!(ascendcl|acl)(\.|$)).*")]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say them, in words
autosummary_generate = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
# Errors of form in a docstring are warnings, so that they fail the build. Not asked for: sections
# that a one-line docstring does without, and an infinitive at the beginning of each.
numpydoc_validation_checks = {"all", "ES01", "EX01", "GL08", "PR01", "RT01", "SA01", "SS05", "YD01"}
numpydoc_validation_exclude = {r"MissingNameError$"}  # begins with "pyACL", which is a name
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "ascendcl"
html_static_path = ["_static"]
html_css_files = ["wide_tables.css"]
