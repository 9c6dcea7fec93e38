# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.mdl``: models.

The functions are documented in ``_acl/mdl.pyi``.
"""

from typing import TYPE_CHECKING

from ascendcl._acl.mdl import *  # noqa: F403
from ascendcl._missing import attribute_errors_of

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there
    __getattr__ = attribute_errors_of("acl.mdl")
