# SPDX-License-Identifier: Apache-2.0
"""What PyInstaller does not see: libraries that are opened by name, and what those need.

Each file keeps its place: the engine looks for OpenVINO where pip would have put it.
"""

from PyInstaller.utils.hooks import (
    collect_data_files,
    collect_dynamic_libs,
    collect_submodules,
    copy_metadata,
)

from ascendcl._runtime import openvino_libraries
from ascendcl.sdk import OPENVINO

# Not what needs other packages: an app that uses ascendcl.metrics imports it.
_NOT_FOR_APPS = ("ascendcl._pyinstaller", "ascendcl._testing", "ascendcl.metrics")

hiddenimports = [
    *collect_submodules("ascendcl", filter=lambda name: not name.startswith(_NOT_FOR_APPS)),
    *collect_submodules("acl"),
]
datas = collect_data_files("ascendcl", excludes=["include", "cmake", "**/*.pyi"])
datas += copy_metadata("ascendcl")
binaries = collect_dynamic_libs("ascendcl")

_folder = openvino_libraries()
if _folder is not None:
    _libraries = [library for pattern in OPENVINO for library in _folder.glob(pattern)]
    binaries += [(str(library), "openvino/libs") for library in _libraries]
    datas += copy_metadata("openvino") if _folder.parent.name == "openvino" else []
