# SPDX-License-Identifier: Apache-2.0
"""What pytest-xdist may run side by side (`pytest -n 2`): files, but for what shares a process.

The conformance cases fork a process that has not used the runtime, so one worker begins with them;
what the engine's tests ran is looked at by the last of them.
"""

from __future__ import annotations

from pathlib import PurePath

from xdist.scheduler import LoadScopeScheduling

IN_ONE_PROCESS = {"conformance": "cases", "strict": "cases", "engine": "engine"}


class FilesSideBySide(LoadScopeScheduling):
    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.config.option.loadscopereorder = False  # the cases are collected first

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        return IN_ONE_PROCESS.get(PurePath(file).parts[1], file)
