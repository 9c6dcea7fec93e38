# SPDX-License-Identifier: Apache-2.0
"""What an .om file holds, and how the host runtime would understand it, without any device.

``ascendcl inspect`` is made of it.
"""

from __future__ import annotations

from .examination import Examination, Refused, examine
from .file_facts import FileFacts, Tensor, read_file
from .graph_view import GraphView, graph_view
from .planned_memory import PlannedMemory, planned_memory

__all__ = [
    "Examination",
    "FileFacts",
    "GraphView",
    "PlannedMemory",
    "Refused",
    "Tensor",
    "examine",
    "graph_view",
    "planned_memory",
    "read_file",
]
