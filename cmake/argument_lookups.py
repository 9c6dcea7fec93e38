#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What strict mode looks up of each parameter of the C ABI, by its type and its name.

A pointer is a handle, a range of so many bytes, a text, a function, ... A new one that is none of
these stops the build: its class is then said here.

    argument_lookups.py --headers third_party/cann/include > tests/strict/lookups.txt
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from acl_declarations import Function, functions_of, header_files, without_comments

# The types whose values are handles, and what checks/objects.h calls their objects.
HANDLES = {
    "aclDataBuffer": "kDataBuffer",
    "aclTensorDesc": "kTensorDesc",
    "acldvppBatchPicDesc": "kPictureBatch",
    "acldvppBorderConfig": "kBorderConfig",
    "acldvppChannelDesc": "kMediaChannel",
    "acldvppJpegeConfig": "kJpegeConfig",
    "acldvppPicDesc": "kPictureDesc",
    "acldvppResizeConfig": "kResizeConfig",
    "acldvppRoiConfig": "kRoiConfig",
    "acldvppStreamDesc": "kStreamDesc",
    "aclmdlAIPP": "kAipp",
    "aclmdlConfigHandle": "kModelConfig",
    "aclmdlDataset": "kDataSet",
    "aclmdlDesc": "kModelDesc",
    "aclmdlExecConfigHandle": "kExecutionConfig",
    "aclopAttr": "kOpAttributes",
    "aclopHandle": "kOpHandle",
    "aclprofConfig": "kProfilerConfig",
    "aclprofStepInfo": "kProfilerStep",
    "aclprofSubscribeConfig": "kProfilerSubscription",
    "aclrtAllocatorDesc": "kAllocatorDesc",
    "aclrtContext": "kContext",
    "aclrtDrvMemHandle": "kPhysicalMemory",
    "aclrtEvent": "kEvent",
    "aclrtExceptionInfo": "kExceptionInfo",
    "aclrtGroupInfo": "kGroupInfo",
    "aclrtLabel": "kLabel",
    "aclrtNotify": "kNotify",
    "aclrtStream": "kStream",
    "aclrtStreamConfigHandle": "kStreamConfig",
    "aclvdecChannelDesc": "kVdecChannel",
    "aclvdecFrameConfig": "kVdecFrameConfig",
    "aclvencChannelDesc": "kVencChannel",
    "aclvencFrameConfig": "kVencFrameConfig",
}
# `void *` by name. What is the program's own business goes through the runtime unread.
OPAQUE = {"userData", "userdata", "symbol", "reserve", "rsv", "config", "expectPtr", "fd", "args"}
# Of kernels, switches and shareable handles, which this runtime has none of.
OPAQUE |= {"func", "hostArgs", "userHostMem", "param", "shareableHandle", "leftValue", "rightValue"}
# Looked up by the runtime in tables of its own, which know more than where memory is: reserved
# addresses, what is only asked about, and the memory of models, which has a rule of its own.
ASKED = {"virPtr", "virPtrDst", "virPtrSrc", "workPtr", "weightPtr", "varWeightPtr", "pHost"}
ASKING = {"aclrtPointerGetAttributes", "aclrtMemGetAddressRange", "aclrtHostUnregister"}
# Memory of pictures and streams is kept with their descriptions: host/dvpp looks it up itself.
ASKED |= {"dataDev", "bufAddr"}
# Operands whose sizes follow from m, n and k: ops/execute.cpp looks them up with its bindings.
OPERANDS = {"a", "x", "y", "alpha", "beta", "matrixA", "matrixB", "matrixC"}
# Blocks that are named without a size: so many bytes of them are used.
BLOCKS = {"devPtr": 1, "hostPtr": 1, "devAddr": 8, "desc": 64, "cmoDesc": 64, "ptr": 4, "data": 1}
# Arrays with as many pointers as a batch has pictures, which only the operation knows.
AREAS = {"cropAreas", "pasteAreas", "borderCfgs"}
STAMP = {"stamp": "kProfilerStamp"}
# Numbers that stand neither behind their pointer nor are called as it is.
SIZES = {
    "src": ("count",),
    "dst": ("destMax", "dstMax", "count"),
    "srcAddr": ("count",),
    "dstAddr": ("count",),
    "devPtr": ("maxCount",),
    "ptr": ("memSize",),
    "values": ("numValues", "numLists"),
    "numValues": ("numLists",),
    "inputDesc": ("numInputs",),
    "inputs": ("numInputs",),
    "outputDesc": ("numOutputs",),
    "outputs": ("numOutputs",),
    "dims": ("numDims", "dimNum", "gearCount"),
    "dimsRange": ("dimsCount",),
    "valueRange": ("valueCount",),
    "dimRange": ("dimRangeNum",),
    "notifies": ("num",),
    "labels": ("num",),
    "deviceIdList": ("deviceNums",),
    "memUsageInfo": ("inputNum",),
    "inputQ": ("inputQNum",),
    "outputQ": ("outputQNum",),
    "dsts": ("numBatches",),
    "destMaxs": ("numBatches",),
    "srcs": ("numBatches",),
    "sizes": ("numBatches", "count"),
    "attrs": ("numAttrs",),
    "attrsIndexes": ("numAttrs",),
    "param": ("length",),
    "roiNums": ("size",),
}
# Numbers that a typed pointer's neighbour may be without counting its elements.
_NUMBER = re.compile(r"(size|len|length|num|count|maxlen)$", re.I)
_WORKS_ON_IT = re.compile(r"Get|Memset|Dequeue")


class Lookup(NamedTuple):
    """One argument: its parameter, the role it plays, and the parameters that say how much it is.

    `size` counts elements of `element` bytes; of rows it is the width, and there are `count` of
    them, `pitch` apart. Of an array of pointers `count` says how many, and `size`, an array too,
    how much each names.
    """

    parameter: str
    role: str
    kind: str = "kOther"
    element: str = "1"
    size: str = ""
    count: str = ""
    pitch: str = ""
    writes: bool = False
    width: str = "0"  # bytes of an element of `size`, where that is an array

    def described(self) -> str:  # noqa: PLR0911 (one for each role)
        """For people."""
        if self.role == "kHandle":
            return f"{self.parameter}: {self.kind}"
        if self.role == "kHandles":
            return f"{self.parameter}: {self.count} x {self.kind}"
        if self.role == "kCopyKind":
            return f"{self.parameter}: direction from {self.count} to {self.size}"
        how = "writes " if self.writes else ""
        if self.role == "kRows":
            return f"{self.parameter}: {how}{self.count} rows of {self.size}, {self.pitch} apart"
        amount = " x ".join(filter(None, (self.size, "" if self.element == "1" else self.element)))
        if self.role == "kRanges":
            return f"{self.parameter}: {self.count} ranges of {amount}"
        if self.role == "kTexts":
            return f"{self.parameter}: {self.count} texts"
        if self.role == "kRange":
            return f"{self.parameter}: {how}range of {amount or 1}"
        return f"{self.parameter}: {self.role[1:].lower()}"


class Types(NamedTuple):
    """Names of types, as the headers define them."""

    opaque: frozenset[str]  # structures without insides: the library's own
    structures: frozenset[str]  # the others
    pointers: frozenset[str]  # by names of their own
    functions: frozenset[str]  # the same to functions


def types_of(headers: Path) -> Types:
    """What the headers say of types."""
    text = "\n".join(without_comments(p.read_text(encoding="utf-8")) for p in header_files(headers))
    declared = {name for _, name in re.findall(r"^typedef struct (\w+) (\w+);", text, re.M)}
    defined = set(re.findall(r"^(?:typedef )?struct (\w+) \{", text, re.M))
    pointers = re.findall(r"^typedef void \*(\w+);", text, re.M)
    functions = re.findall(r"^typedef [\w\s*]+?\(\*(\w+)\)\(", text, re.M)
    return Types(*map(frozenset, (declared - defined, defined, pointers, functions)))


class _Parameter(NamedTuple):
    name: str
    base: str  # the type without const and stars
    stars: int  # how often it points
    is_const: bool  # what it points to
    is_function: bool
    inner: str  # extent of an array's second dimension


def _parsed(text: str, name: str, types: Types) -> _Parameter:
    is_function = "(*" in text.replace(" ", "")
    before = text[: text.rfind(name)] if not is_function else ""
    extents = re.findall(r"\[([^\]]*)\]", text)
    base = re.sub(r"\bconst\b|\bstruct\b|\*", " ", before).split()
    stars = before.count("*") + bool(extents)
    is_const = re.match(r"\s*const\b", before) is not None
    found = " ".join(base)
    return _Parameter(
        name,
        found,
        stars,
        is_const,
        is_function or (found in types.functions and stars == 0),
        extents[1] if len(extents) > 1 else "",
    )


def _number_of(parameter: _Parameter, function: Function) -> str:
    """The parameter that says how much the pointer names; empty where none does."""
    names = [
        name if not re.search(r"[*[]", text) else ""
        for text, name in zip(function.parameter_texts, function.argument_names, strict=True)
    ]
    position = function.argument_names.index(parameter.name)
    stem = re.sub(r"(Ptr|Addr)$", "", parameter.name)
    own = [f"{stem}{end}" for end in ("Size", "Len", "Num", "Count", "Length")]
    for candidate in (*SIZES.get(parameter.name, ()), *own):
        if candidate in names:
            return candidate
    is_bytes = parameter.base in ("void", "char") and parameter.stars == 1
    following = names[position + 1] if position + 1 < len(names) else ""
    preceding = names[position - 1] if position > 0 else ""
    if is_bytes and _NUMBER.search(following):
        return following
    if is_bytes and preceding in ("len", "maxLen"):
        return preceding
    return ""


def _row_of(parameter: _Parameter, names: Sequence[str]) -> Lookup | None:
    pitch = {"dst": "dpitch", "src": "spitch"}.get(parameter.name, "")
    if pitch not in names or not {"width", "height"} <= set(names):
        return None
    return Lookup(
        parameter.name,
        "kRows",
        size="width",
        count="height",
        pitch=pitch,
        writes=not parameter.is_const,
    )


def _of_memory(  # noqa: PLR0911 (one for each class)
    parameter: _Parameter, function: Function
) -> Lookup | None:
    """A `void *`, or numbers without a count: memory of the program or of a device."""
    name = parameter.name
    row = _row_of(parameter, function.argument_names)
    if row is not None:
        return row
    if name in STAMP:
        return Lookup(name, "kHandle", STAMP[name])
    size = _number_of(parameter, function)
    if (name in OPAQUE and not size) or name in ASKED or name in OPERANDS:
        return None
    if name in ("ptr", "hostPtr") and function.name in ASKING:
        return None
    if not size and parameter.base == "void":
        if name in BLOCKS:
            return Lookup(name, "kBlock", element=str(BLOCKS[name]))
        raise ValueError(f"{function.name}: nothing says what is looked up of {name}")
    if name == "desc" and "Desc" in function.name:
        return Lookup(name, "kBlock", element=str(BLOCKS[name]))
    writes = not parameter.is_const and (
        name.startswith("dst") or _WORKS_ON_IT.search(function.name) is not None
    )
    return Lookup(name, "kRange", size=size, writes=writes)


def _of_text(parameter: _Parameter, function: Function) -> Lookup:
    size = _number_of(parameter, function)
    if size:
        return Lookup(parameter.name, "kRange", size=size, writes=not parameter.is_const)
    return Lookup(parameter.name, "kText" if parameter.is_const else "kRange")


def _of_pointers(parameter: _Parameter, function: Function) -> Lookup:
    """An array of pointers, or the place for one."""
    name, count = parameter.name, _number_of(parameter, function)
    if count and parameter.base in HANDLES:
        return Lookup(name, "kHandles", HANDLES[parameter.base], count=count)
    if count and parameter.base == "char":
        return Lookup(name, "kTexts", count=count)
    nested = {"dsts": "destMaxs", "srcs": "sizes", "values": "numValues"}.get(name, "")
    if count and nested in function.argument_names:
        element = "1" if parameter.base == "void" else f"sizeof({parameter.base})"
        width = "sizeof(int)" if nested == "numValues" else "sizeof(size_t)"
        return Lookup(name, "kRanges", size=nested, count=count, element=element, width=width)
    # A pointer to constant elements may itself be written: `const aclCannAttr **`.
    writes = not count and name not in AREAS
    return Lookup(name, "kRange", element="sizeof(void *)", size=count, writes=writes)


def lookup_of(  # noqa: PLR0911 (one for each class)
    text: str, name: str, function: Function, types: Types
) -> Lookup | None:
    """What is looked up of one parameter; None of a number, or of what is not the runtime's."""
    names = function.argument_names
    parameter = _parsed(text, name, types)
    if parameter.is_function:
        return Lookup(name, "kCode")
    if parameter.stars == 0:
        if parameter.base == "aclrtMemcpyKind" and {"dst", "src"} <= set(names):
            return Lookup(name, "kCopyKind", size="dst", count="src")
        kind = HANDLES.get(parameter.base)
        return Lookup(name, "kHandle", kind) if kind else None
    if parameter.stars > 1 and not parameter.inner:
        return _of_pointers(parameter, function)
    if parameter.base in HANDLES and parameter.base not in types.pointers:
        return Lookup(name, "kHandle", HANDLES[parameter.base])
    if parameter.base in types.opaque:
        return Lookup(name, "kRange")  # no such object is made here; some memory it is
    if parameter.base == "char":
        return _of_text(parameter, function)
    if parameter.base == "void" or name in OPERANDS:
        return _of_memory(parameter, function)
    count = _number_of(parameter, function)
    if parameter.base in HANDLES and count:
        return Lookup(name, "kHandles", HANDLES[parameter.base], count=count)
    element = f"sizeof({parameter.base})" + (f" * {parameter.inner}" if parameter.inner else "")
    is_filled_in = "Get" in function.name or not (count or parameter.base in types.structures)
    writes = not parameter.is_const and is_filled_in
    return Lookup(name, "kRange", element=element, size=count, writes=writes)


def lookups_of(function: Function, types: Types) -> list[Lookup]:
    """All that is looked up of a call, in the order of the parameters."""
    found = [
        lookup_of(text, name, function, types)
        for text, name in zip(function.parameter_texts, function.argument_names, strict=True)
    ]
    return [lookup for lookup in found if lookup is not None]


def argument_text(lookup: Lookup, names: Sequence[str]) -> str:
    """The lookup as an Argument of checks/arguments.h."""

    def place(name: str) -> str:
        return str(names.index(name)) if name else "kNoPlace"

    fields = [
        f"Role::{lookup.role}",
        f"ObjectKind::{lookup.kind}",
        "true" if lookup.writes else "false",
        *(place(n) for n in (lookup.parameter, lookup.size, lookup.count, lookup.pitch)),
        lookup.element,
        lookup.width,
    ]
    return "{" + ", ".join(fields) + "}"


def listing(functions: Iterable[Function], types: Types) -> str:
    """For each function with pointers or handles a line: what is looked up."""
    lines = []
    for function in functions:
        found = [lookup.described() for lookup in lookups_of(function, types)]
        unseen = [
            name
            for text, name in zip(function.parameter_texts, function.argument_names, strict=True)
            if "*" in text and lookup_of(text, name, function, types) is None
        ]
        found += [f"({name})" for name in unseen]
        if found:
            lines.append(f"{function.name}: " + "; ".join(found))
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--headers", type=Path, required=True, help="the include directory")
    options = parser.parse_args()
    print(listing(functions_of(options.headers), types_of(options.headers)), end="")


if __name__ == "__main__":
    main()
