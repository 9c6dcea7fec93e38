# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.prof``: profiling.

The functions are documented in ``_acl/prof.pyi``.
"""

from ascendcl._acl.prof import *  # noqa: F403
