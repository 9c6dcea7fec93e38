# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.rt``: devices, contexts, streams, events, memory, kernels.

The functions are documented in ``_acl/rt.pyi``.
"""

from ascendcl._acl.rt import *  # noqa: F403
