# SPDX-License-Identifier: Apache-2.0
"""Attribute-name compression (``om_compress_version`` 1): names and strings become numbers.

A compressed key is a NUL byte and the name's index in base-127 digits, least significant first,
each stored plus one. Where all values of a name are strings, the values are indexes as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from .messages import Attrs, AttrValue, GraphDef


def compressed_key(index: int) -> str:
    """Answer the map key that stands for the name with this index."""
    digits = []
    while True:
        index, digit = divmod(index, 127)
        digits.append(chr(digit + 1))
        if not index:
            return "\0" + "".join(digits)


def _texts(value: AttrValue) -> list[str] | None:
    """Answer the strings of an attribute that can be stored as indexes, else None."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, str) for v in value):
        return cast("list[str]", list(value))
    return None


def _all_attrs(graphs: Iterable[GraphDef]) -> Iterator[Attrs]:
    for graph in graphs:
        yield graph.attr
        for op in graph.op:
            yield op.attr
            for desc in (*op.input_desc, *op.output_desc):
                yield desc.attr


class AttrNameTable:
    """The tables of one model, filled from all graphs before the first of them is encoded."""

    def __init__(self, graphs: Iterable[GraphDef]) -> None:
        self._names: dict[str, int] = {}
        self._values: dict[str, int] = {}
        self._is_text: dict[str, bool] = {}
        for attrs in _all_attrs(graphs):
            for name, value in attrs.items():
                self._names.setdefault(name, len(self._names))
                texts = _texts(value)
                self._is_text[name] = self._is_text.get(name, True) and texts is not None
                for text in texts or ():
                    self._values.setdefault(text, len(self._values))

    def entry(self, name: str, value: AttrValue) -> tuple[str, AttrValue]:
        """Answer key and value as stored: the hook of `Message.encode`."""
        key = compressed_key(self._names[name])
        if not self._is_text[name]:
            return key, value
        indexes = [self._values[text] for text in _texts(value) or ()]
        return key, indexes[0] if isinstance(value, str) else indexes

    def model_attrs(self) -> Attrs:
        """Answer the model attributes that a reader decompresses with."""
        return {
            "om_compress_version": 1,
            "attr_name_enum": list(self._names),
            "attr_value_enum": list(self._values),
            "attrs_use_string_value": [self._is_text[name] for name in self._names],
        }
