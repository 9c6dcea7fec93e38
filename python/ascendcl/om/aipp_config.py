# SPDX-License-Identifier: Apache-2.0
"""Reads ATC's configuration of AIPP (``--insert_op_conf``): blocks of keys, checked one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from ascendcl.aipp import FORMAT_NUMBERS

from .compile_errors import CompileError

Value: TypeAlias = "bool | int | float | str"

_NOT_MADE: Final = ("RAW10", "RAW12", "RAW16", "RAW24", "NC1HWC0DI_FP16", "NC1HWC0DI_S8")
_MODES: Final = {"static": 1, "dynamic": 2}
_BLOCK: Final = "aipp_op"
_FP16_MOST: Final = 65504.0


class _Key(NamedTuple):
    """What a key takes: bool, int (within limits), float (as 16-bit), text, or one of names."""

    kind: str
    default: Value = 0
    low: float = 0
    high: float = 0


def _integer(default: int, low: int, high: int) -> _Key:
    return _Key("int", default, low, high)


# ATC's template has a conversion from narrow BT.601 to BGR as the default.
_MATRIX = ((298, 516, 0), (298, -100, -208), (298, 0, 409))
_BIAS = (16, 128, 128)

_KEYS: Final[dict[str, _Key]] = {
    "aipp_mode": _Key("mode"),
    "related_input_rank": _integer(0, 0, 1 << 30),
    "related_input_name": _Key("text", ""),
    "max_src_image_size": _integer(0, 1, (1 << 32) - 1),
    "input_format": _Key("format"),
    "src_image_size_w": _integer(0, 0, 4096),
    "src_image_size_h": _integer(0, 0, 4096),
    "crop": _Key("bool", False),
    "load_start_pos_w": _integer(0, 0, 4095),
    "load_start_pos_h": _integer(0, 0, 4095),
    "crop_size_w": _integer(0, 0, 4096),
    "crop_size_h": _integer(0, 0, 4096),
    "padding": _Key("bool", False),
    **{f"{side}_padding_size": _integer(0, 0, 32) for side in ("left", "right", "top", "bottom")},
    "padding_value": _Key("float", 0.0, -_FP16_MOST, _FP16_MOST),
    "csc_switch": _Key("bool", False),
    "rbuv_swap_switch": _Key("bool", False),
    "ax_swap_switch": _Key("bool", False),
    **{
        f"matrix_r{row}c{column}": _integer(value, -32768, 32767)
        for row, values in enumerate(_MATRIX)
        for column, value in enumerate(values)
    },
    **{f"input_bias_{i}": _integer(value, 0, 255) for i, value in enumerate(_BIAS)},
    **{f"output_bias_{i}": _integer(value, 0, 255) for i, value in enumerate(_BIAS)},
    **{f"mean_chn_{i}": _integer(0, 0, 255) for i in range(4)},
    **{f"min_chn_{i}": _Key("float", 0.0, 0, 255) for i in range(4)},
    **{f"var_reci_chn_{i}": _Key("float", 1.0, -_FP16_MOST, _FP16_MOST) for i in range(4)},
}

# Keys that may stand there switched off, or at 0: what they would do is documented as reserved.
_RESERVED: Final[dict[str, _Key]] = {
    "resize": _Key("bool", False),
    "resize_output_w": _integer(0, 0, 4096),
    "resize_output_h": _integer(0, 0, 4096),
    "single_line_mode": _Key("bool", False),
    "support_rotation": _Key("bool", False),
    "rotation_angle": _integer(0, 0, 3),
    "cpadding_value": _Key("float", 0.0, -_FP16_MOST, _FP16_MOST),
    "input_edge_idx": _integer(0, 0, 1 << 30),
    "raw_rgbir_to_f16_n": _integer(0, 0, 255),
}

# Lists of one value each, to ATC.
_LISTS: Final = "var_reci_chn_"

# Of dynamic AIPP the rest comes with each run.
_OF_DYNAMIC: Final = ("aipp_mode", "related_input_rank", "related_input_name", "max_src_image_size")


@dataclass(frozen=True)
class AippBlock:
    """One ``aipp_op`` block.

    Attributes
    ----------
    where : str
        File and line, for errors.
    values : dict
        Each key with its value, defaults included; formats and modes by name.
    given : dict
        The lines of those that stand in the file.
    """

    where: str
    values: dict[str, Any]
    given: dict[str, int]

    @property
    def is_dynamic(self) -> bool:
        """Whether each run brings the parameters."""
        return bool(self.values["aipp_mode"] == "dynamic")

    def refuse(self, key: str, why: str) -> CompileError:
        """Answer the error of a key: its line, or that of the block where it is not given."""
        file, _, line = self.where.rpartition(":")
        return CompileError(f"{file}:{self.given.get(key, int(line))}: {key}: {why}")


def read_aipp(path: str | Path) -> list[AippBlock]:
    """Read a configuration file.

    Raises
    ------
    CompileError
        Something in it is no configuration; line and key are named.
    OSError
        It cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CompileError(f"{path}: it is no text: {error.reason}") from error
    return parse_aipp(text, str(path))


def parse_aipp(text: str, name: str) -> list[AippBlock]:
    """Read the text of a configuration file; `name` stands for the file in errors.

    Raises
    ------
    CompileError
        Something in it is no configuration; line and key are named.
    """
    tokens = _Tokens(text, name)
    blocks = []
    while (token := tokens.next()) is not None:
        if token != _BLOCK:
            raise tokens.error(f"{token!r} stands where {_BLOCK} {{ is expected")
        blocks.append(_block(tokens))
    if not blocks:
        raise CompileError(f"{name}: it has no {_BLOCK} block")
    return blocks


_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<token>"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_.+\-]+|[{}:;,\[\]])"""
)


class _Tokens:
    """The words of a file, and the line of the last one."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.line = 1
        self._all = self._split(text)
        self._ahead: tuple[str, int] | None = None

    def error(self, why: str) -> CompileError:
        return CompileError(f"{self.name}:{self.line}: {why}")

    def next(self) -> str | None:
        token, line = self._ahead or next(self._all, (None, self.line))
        self._ahead, self.line = None, line
        return token

    def peek(self) -> str | None:
        before = self.line
        token = self.next()
        if token is not None:
            self._ahead = token, self.line
        self.line = before
        return token

    def expect(self, wanted: str, after: str) -> None:
        token = self.next()
        if token != wanted:
            found = "the file ends" if token is None else f"{token!r} stands"
            raise self.error(f"{found} where {wanted!r} is expected after {after}")

    def _split(self, text: str) -> Iterator[tuple[str, int]]:
        at, line = 0, 1
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                self.line = line
                raise self.error(f"{text[at]!r} has no meaning here")
            if found["token"]:
                yield found["token"], line
            line += found[0].count("\n")
            at = found.end()


def _block(tokens: _Tokens) -> AippBlock:
    where = f"{tokens.name}:{tokens.line}"
    if tokens.peek() == ":":
        tokens.next()
    tokens.expect("{", _BLOCK)
    given: dict[str, int] = {}
    values: dict[str, Any] = {}
    while (key := tokens.next()) != "}":
        if key is None:
            raise tokens.error(f"the block that begins at {where} does not end")
        line = tokens.line
        described = _KEYS.get(key) or _RESERVED.get(key)
        if described is None:
            raise tokens.error(f"{key}: there is no such key")
        tokens.expect(":", key)
        value = _value(tokens, key, described)
        if key in given and not (key.startswith(_LISTS) and value == values[key]):
            raise tokens.error(f"{key}: it stands in line {given[key]} already")
        if key in _RESERVED and value != described.default and key != "cpadding_value":
            raise tokens.error(f"{key}: {value} is reserved, and not supported")
        given[key], values[key] = line, value
        while tokens.peek() in (";", ","):
            tokens.next()
    defaults = {name: each.default for name, each in (_KEYS | _RESERVED).items()}
    block = AippBlock(where, defaults | values, given)
    _check(block)
    return block


def _value(tokens: _Tokens, key: str, described: _Key) -> Value:
    token = tokens.next()
    is_list = token == "[" and key.startswith(_LISTS)
    if is_list:
        token = tokens.next()
    if token is None or token in "{}:;,[]":
        raise tokens.error(f"{key}: it has no value")
    if is_list:
        tokens.expect("]", f"the one value of {key}")
    text = token.strip("\"'")
    if described.kind == "text":
        return text
    if described.kind == "bool":
        known = {"true": True, "false": False, "1": True, "0": False}
        if text.lower() not in known:
            raise tokens.error(f"{key}: true or false is expected, not {text}")
        return known[text.lower()]
    if described.kind in ("mode", "format"):
        return _name(tokens, key, text, _MODES if described.kind == "mode" else FORMAT_NUMBERS)
    try:
        number = int(text) if described.kind == "int" else float(text)
    except ValueError:
        wanted = "a whole number" if described.kind == "int" else "a number"
        raise tokens.error(f"{key}: {wanted} is expected, not {text}") from None
    if not described.low <= number <= described.high:
        raise tokens.error(f"{key}: {text} is not within {described.low:g} to {described.high:g}")
    return float(np.float16(number)) if described.kind == "float" else number


def _name(tokens: _Tokens, key: str, text: str, known: dict[str, int]) -> str:
    if text in known:
        return text
    if text in _NOT_MADE:
        raise tokens.error(f"{key}: {text} is not supported")
    raise tokens.error(f"{key}: {text} is none of {', '.join(known)}")


def _check(block: AippBlock) -> None:
    """What keys of one block ask of each other."""
    values = block.values
    if "aipp_mode" not in block.given:
        raise block.refuse("aipp_mode", "it must be given: static or dynamic")
    if block.is_dynamic:
        if "max_src_image_size" not in block.given:
            raise block.refuse("max_src_image_size", "dynamic AIPP needs it")
        for key in block.given:
            if key not in _OF_DYNAMIC and key not in _RESERVED and key != "input_format":
                raise block.refuse(key, "of dynamic AIPP, each run sets it")
        return
    if "input_format" not in block.given:
        raise block.refuse("input_format", "static AIPP needs it")
    pixels = str(values["input_format"])
    if values["csc_switch"] and pixels == "YUV400_U8":
        raise block.refuse("csc_switch", "YUV400_U8 has no colours to convert")
    _check_even(block, pixels)
    if (values["src_image_size_w"] == 0) != (values["src_image_size_h"] == 0):
        raise block.refuse("src_image_size_w", "width and height are both given, or neither")
    if values["src_image_size_w"] == 1:
        raise block.refuse("src_image_size_w", "1 is not within 2 to 4096")
    is_cut = values["crop"] or values["padding"]
    if is_cut and values["src_image_size_w"] == 0:
        key = "crop" if values["crop"] else "padding"
        raise block.refuse(key, "it needs src_image_size_w and src_image_size_h")


def _check_even(block: AippBlock, pixels: str) -> None:
    if pixels == "YUV420SP_U8":
        keys: Sequence[str] = ("src_image_size_w", "src_image_size_h")
        if block.values["crop"]:
            keys = (*keys, "load_start_pos_w", "load_start_pos_h", "crop_size_w", "crop_size_h")
    elif pixels in ("YUV422SP_U8", "YUYV_U8"):
        keys = ("src_image_size_w",)
    else:
        return
    for key in keys:
        if block.values[key] % 2:
            raise block.refuse(key, f"{block.values[key]} is odd, which {pixels} cannot be")
