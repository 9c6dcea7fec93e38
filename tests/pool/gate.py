# SPDX-License-Identifier: Apache-2.0
"""A way to stop a pool's workers in the middle of a run."""

from __future__ import annotations

import threading
from typing import Any

import ascendcl as acl

SECONDS = 60  # for what comes in milliseconds, on a machine that does other things


class Gate:
    """Stops runs of models: those that came are counted, and wait to be let through."""

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._closed = False
        self.devices: list[int] = []  # of those that came while it was closed
        self.rows: list[int] = []

    def close(self) -> None:
        with self._state:
            self._closed = True

    def open(self) -> None:
        with self._state:
            self._closed = False
            self._state.notify_all()

    def wait_for(self, count: int) -> None:
        """Until so many runs are there."""
        with self._state:
            assert self._state.wait_for(lambda: len(self.devices) >= count, SECONDS)

    def pass_through(self, model: acl.Model, inputs: tuple[Any, ...]) -> None:
        with self._state:
            if not self._closed:
                return
            self.devices.append(model.device)
            self.rows.append(len(inputs[0]))
            self._state.notify_all()
            assert self._state.wait_for(lambda: not self._closed, SECONDS)
