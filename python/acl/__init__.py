# SPDX-License-Identifier: Apache-2.0
"""The drop-in name of ascendcl: whatever ``import acl`` gave with CANN's pyACL is here.

CANN's own ``acl`` may shadow this package on PYTHONPATH; ``import ascendcl`` always works.
"""

import sys

import ascendcl
from ascendcl import *  # noqa: F403
from ascendcl._acl.constants import *  # noqa: F403

# ``import acl.rt`` gives the very module that ``acl.rt`` is.
for _name in ("blas", "fv", "mdl", "media", "op", "prof", "rt", "util"):
    sys.modules[f"{__name__}.{_name}"] = getattr(ascendcl, _name)
