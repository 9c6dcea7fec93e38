# SPDX-License-Identifier: Apache-2.0
"""Every op type and every fused op that the engine's tables name ran in a test of this folder."""

from __future__ import annotations

import pytest
from graphs import ran_tokens, ran_types
from op_tables import elementwise_types, entries


@pytest.mark.usefixtures("whole_folder")
def test_every_op_type_ran() -> None:
    types = {entry[0] for entry in entries("OpEntry")} | set(elementwise_types().values())
    assert len(types) > 200
    assert sorted(types - ran_types) == []


@pytest.mark.usefixtures("whole_folder")
def test_every_fused_op_ran() -> None:
    tokens = {entry[0] for entry in entries("Token")} | set(elementwise_types())
    assert len(tokens) > 80
    assert sorted(tokens - ran_tokens) == []
