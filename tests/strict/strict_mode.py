# SPDX-License-Identifier: Apache-2.0
"""The switch of strict mode, pulled through the C ABI."""

from __future__ import annotations

import ctypes
import re
from typing import Any

from abi import Library


class Strict:
    """The switch of strict mode, and what it reports in mode "warn"."""

    def __init__(self, acl: Library) -> None:
        self._acl = acl
        self.reports: list[str] = []
        self._sink: Any = None

    def on(self, mode: str) -> None:
        number = ("off", "warn", "fail", "abort").index(mode)
        library = ctypes.CDLL(self._acl._path)
        self._sink = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p)(self._take)
        library.ascendclSetReportSink(self._sink)
        assert library.ascendclSetStrictMode(number) == 0
        assert library.ascendclGetStrictMode() == number

    def off(self) -> None:
        self.on("off")

    def _take(self, report: bytes) -> int:
        self.reports.append(report.decode())
        return 1

    def rules(self) -> list[str]:
        """The rules reported, in order."""
        return [re.match(r"ACL-\d{3}", report).group() for report in self.reports]  # type: ignore[union-attr]
