# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.media``: memory for the media units.

The functions are documented in ``_acl/media.pyi``.
"""

from ascendcl._acl.media import *  # noqa: F403
