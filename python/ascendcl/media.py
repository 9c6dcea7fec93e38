# SPDX-License-Identifier: Apache-2.0
"""pyACL's ``acl.media``: pictures and video, as the media units have them.

The functions are documented in ``_acl/media.pyi``.
"""

from typing import TYPE_CHECKING

from ascendcl._acl.media import *  # noqa: F403
from ascendcl._missing import attribute_errors_of

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there
    __getattr__ = attribute_errors_of("acl.media")
