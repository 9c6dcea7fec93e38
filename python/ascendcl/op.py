# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.op``: single operators.

The functions are documented in ``_acl/op.pyi``.
"""

from ascendcl._acl.op import *  # noqa: F403
