# SPDX-License-Identifier: Apache-2.0
"""What was found of a file as JSON has it; the command line's tables are made of the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .examination import Examination
from .file_facts import FileFacts
from .graph_view import NodeView, source_types


def as_json(
    facts: FileFacts, examination: Examination, nodes: Sequence[NodeView]
) -> dict[str, Any]:
    """Answer the whole report.

    Parameters
    ----------
    facts, examination
        What was found.
    nodes
        Those of the graph that was examined: the main one, or that of the largest gear.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for finding in examination.findings:
        told = {key: value for key, value in asdict(finding).items() if key not in ("node", "type")}
        found.setdefault(finding.node, []).append(told)
    fused = [
        {
            "node": each.name,
            "type": each.type,
            "made_of": list(each.sources),
            "types": source_types(each.node),
            "findings": found.get(each.name, []),
        }
        for each in nodes
        if each.is_fused
    ]
    is_fused = {each["node"] for each in fused}
    other = [asdict(each) for each in examination.findings if each.node not in is_fused]
    return {
        **asdict(facts),
        "fused": fused,
        "other_findings": other,
        "host": {
            "scope": examination.scope,
            "problem": examination.problem,
            "refused": [asdict(each) for each in examination.refused],
        },
    }
