# SPDX-License-Identifier: Apache-2.0
"""Fused nodes: the marks that a compiler leaves on them, and the slots of FixPipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .messages import Attrs
from .tensors import Dialect, Value


@dataclass(frozen=True)
class Fusion:
    """What a fused node tells of the nodes it was made from.

    Parameters
    ----------
    names
        Names of the source nodes.
    types
        Their types; dialect ``cann8`` only.
    tokens
        Their snake-case names, as they stand in the kernel's name.
    passes
        The fusion passes that made it.
    origin_name
        The source node whose value the fused node puts out.
    """

    names: Sequence[str]
    types: Sequence[str] = ()
    tokens: Sequence[str] = ()
    passes: Sequence[str] = ()
    origin_name: str = ""

    def attrs(self, dialect: Dialect) -> Attrs:
        """Answer the attributes of the fused node."""
        attrs: Attrs = {
            "_is_compiled_fusion_op": True,
            "_datadump_original_op_names": list(self.names),
        }
        if dialect == "cann8":
            attrs["_is_fusion_op"] = True
            if self.types:
                attrs["_datadump_original_op_types"] = list(self.types)
        if self.passes:
            attrs["pass_name"] = list(self.passes) if dialect == "cann8" else self.passes[-1]
            if dialect == "cann8":
                attrs["pass_name_ub"] = self.passes[-1]
        return attrs


def fixpipe_inputs(
    x: Value,
    filter: Value,
    bias: Value | None = None,
    offset_w: Value | None = None,
    *,
    x2: Value | None = None,
    quant_scale_0: Value | None = None,
    relu_weight_0: Value | None = None,
    clip_value_0: Value | None = None,
    quant_scale_1: Value | None = None,
    relu_weight_1: Value | None = None,
    clip_value_1: Value | None = None,
    anti_quant_scale: Value | None = None,
    anti_quant_offset: Value | None = None,
) -> list[Value | None]:
    """Order the inputs of a convolution fused with FixPipe: the 13 slots of such a node."""
    return [
        x,
        filter,
        bias,
        offset_w,
        x2,
        quant_scale_0,
        relu_weight_0,
        clip_value_0,
        quant_scale_1,
        relu_weight_1,
        clip_value_1,
        anti_quant_scale,
        anti_quant_offset,
    ]
