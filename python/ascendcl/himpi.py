# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.himpi``: the second version of the media units, of which there is nothing here.

Each of its functions answers by its name that it is not supported (`MissingNameError`).
"""

from typing import TYPE_CHECKING

from ascendcl._missing import attribute_errors_of

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there
    __getattr__ = attribute_errors_of("acl.himpi")
