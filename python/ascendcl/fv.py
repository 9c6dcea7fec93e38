# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.fv``: feature retrieval.

The functions are documented in ``_acl/fv.pyi``.
"""

from ascendcl._acl.fv import *  # noqa: F403
