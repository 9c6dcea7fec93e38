# SPDX-License-Identifier: Apache-2.0
"""How the host runtime understood a compiled model, whose file lacks what fusion swallowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ascendcl import _acl

__all__ = ["Finding"]

FindingKind = Literal["read", "checked", "assumed", "contradicted"]

# As ascendcl/findings.h numbers them.
_KINDS: Final[tuple[FindingKind, ...]] = ("read", "checked", "assumed", "contradicted")


@dataclass(frozen=True)
class Finding:
    """One quantity of one node of a compiled model, and how it was found.

    Attributes
    ----------
    kind : {"read", "checked", "assumed", "contradicted"}
        It stands in the file; it was recovered from one place and another one agrees; nothing
        confirms it; or a check failed, and the place counts as unknown in this file.
    node, type : str
        The node's name and the type of its op.
    quantity : str
        What was looked for, such as "vertical pads".
    value : str
        What it was taken to be.
    reason : str
        Where it comes from and what agrees, or why it could only be assumed.
    """

    kind: FindingKind
    node: str
    type: str
    quantity: str
    value: str
    reason: str


def findings_of(model_id: int) -> tuple[Finding, ...]:
    """Ask the runtime; it knows nothing of this where it is not this package's own."""
    return tuple(Finding(_KINDS[kind], *texts) for kind, *texts in _acl.core.findings(model_id))
