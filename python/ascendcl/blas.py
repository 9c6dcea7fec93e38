# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.blas``: matrix products.

The functions are documented in ``_acl/blas.pyi``.
"""

from ascendcl._acl.blas import *  # noqa: F403
