# SPDX-License-Identifier: Apache-2.0
"""The drop-in name of ascendcl: whatever ``import acl`` gave with CANN's pyACL is here.

CANN's own ``acl`` may shadow this package on PYTHONPATH; ``import ascendcl`` always works.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import ascendcl
from ascendcl import *  # noqa: F403
from ascendcl._acl.constants import *  # noqa: F403

# As with pyACL they are there after ``import acl``.
for _name in ("blas", "fv", "himpi", "mdl", "media", "op", "prof", "rt", "util"):
    sys.modules[f"{__name__}.{_name}"] = getattr(ascendcl, _name)


if TYPE_CHECKING:
    from importlib.abc import Loader as _Loader
else:
    _Loader = object  # importlib.abc takes longer than the rest of this module


class _SameModules(_Loader):
    """``import acl.X`` gives the very module that ``ascendcl.X`` is, of any X."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not fullname.startswith(f"{__name__}."):
            return None
        found = importlib.util.find_spec(_own_name(fullname))
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = importlib.import_module(_own_name(spec.name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # It has run already; the import has only put a wrong specification on it.
        if module.__spec__ is not None:
            module.__spec__ = module.__spec__.loader_state


def _own_name(name: str) -> str:
    return ascendcl.__name__ + name.removeprefix(__name__)


sys.meta_path.insert(0, _SameModules())

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there

    def __getattr__(name: str) -> Any:
        return getattr(ascendcl, name)
