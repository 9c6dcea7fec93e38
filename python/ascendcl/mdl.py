# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.mdl``: models.

The functions are documented in ``_acl/mdl.pyi``.
"""

from ascendcl._acl.mdl import *  # noqa: F403
