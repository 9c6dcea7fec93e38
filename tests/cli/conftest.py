# SPDX-License-Identifier: Apache-2.0
"""Files for the commands to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

MODELS = Path(__file__).parents[3] / "shared" / "models"


def real_models() -> list[Path]:
    """Those beside the repository; none where there are none."""
    return sorted(MODELS.glob("*.om"))


@pytest.fixture(params=real_models() or [None], ids=lambda path: path.name if path else "none")
def real_model(request: pytest.FixtureRequest) -> Path:
    if request.param is None:
        pytest.skip(f"{MODELS} is not here")
    path: Path = request.param
    return path
