# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.util``: addresses of Python objects, native threads.

The functions are documented in ``_acl/util.pyi``.
"""

from ascendcl._acl.util import *  # noqa: F403
