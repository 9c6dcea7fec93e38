# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.util``: addresses of Python objects, native threads.

The functions are documented in ``_acl/util.pyi``.
"""

from typing import TYPE_CHECKING

from ascendcl._acl.util import *  # noqa: F403
from ascendcl._missing import attribute_errors_of

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there
    __getattr__ = attribute_errors_of("acl.util")

del TYPE_CHECKING, attribute_errors_of  # pyACL's module has functions only
