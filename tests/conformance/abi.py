# SPDX-License-Identifier: Apache-2.0
"""An ACL library opened by ctypes: every function and number that our headers declare.

    acl = Library(path)
    pointer = ctypes.c_void_p()
    assert acl.aclrtMalloc(ctypes.byref(pointer), 16, 0) == acl.ACL_SUCCESS

Nothing is known here about which library it is: ours or CANN's.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

INCLUDE = Path(__file__).resolve().parents[2] / "third_party" / "cann" / "include"

CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

_NUMBERS: dict[str, Any] = {
    "bool": ctypes.c_bool,
    "char": ctypes.c_char,
    "double": ctypes.c_double,
    "float": ctypes.c_float,
    "int": ctypes.c_int,
    "int16_t": ctypes.c_int16,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "int8_t": ctypes.c_int8,
    "size_t": ctypes.c_size_t,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "uint8_t": ctypes.c_uint8,
    "void": None,
}
_PROTOTYPE = re.compile(r"^ACL_FUNC_VISIBILITY\s+([\w\s*]+?)\b(\w+)\s*\((.*?)\)\s*;", re.M | re.S)


@functools.cache
def _headers() -> str:
    texts = [path.read_text(encoding="utf-8") for path in sorted(INCLUDE.rglob("*.h"))]
    return re.sub(r"//[^\n]*", "", "\n".join(texts))


@functools.cache
def numbers() -> dict[str, int]:
    """Macros and enumerators."""
    macros = re.findall(r"^#define\s+(\w+)\s+(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\s*$", _headers(), re.M)
    enumerators = re.findall(r"^\s+(\w+)\s*=\s*(-?\w+),?\s*$", _headers(), re.M)
    return {name: int(value, 0) for name, value in [*macros, *enumerators]}


@functools.cache
def _typedefs() -> dict[str, Any]:
    found = dict(_NUMBERS)
    for name in re.findall(r"^typedef enum \w+ \{.*?^\} (\w+);", _headers(), re.M | re.S):
        found[name] = ctypes.c_int
    for name in re.findall(r"^typedef void \*(\w+);", _headers(), re.M):
        found[name] = ctypes.c_void_p
    for name in re.findall(r"^typedef [\w *]+\(\*(\w+)\)", _headers(), re.M):
        found[name] = ctypes.c_void_p
    for base, name in re.findall(r"^typedef (\w+) (\w+);", _headers(), re.M):
        if base in found:
            found[name] = found[base]
    return found


def _ctype(text: str) -> Any:
    """The ctypes type of a parameter or result; KeyError for a structure by value."""
    words = re.findall(r"\w+|\*|\[", text)
    names = [word for word in words if word not in {"const", "struct", "enum"}]
    if "*" in names or "[" in names or "(" in text:
        return ctypes.c_char_p if text.startswith("const char *") else ctypes.c_void_p
    return _typedefs()[names[0]]


@functools.cache
def _prototypes() -> dict[str, tuple[str, str]]:
    return {
        name: (returns, parameters) for returns, name, parameters in _PROTOTYPE.findall(_headers())
    }


class Struct:
    """The structures that the tests fill in or read."""

    class MemUsageInfo(ctypes.Structure):
        _fields_ = (
            ("name", ctypes.c_char * 32),
            ("cur_mem_size", ctypes.c_uint64),
            ("mem_peak_size", ctypes.c_uint64),
            ("reserved", ctypes.c_size_t * 8),
        )

    class PtrAttributes(ctypes.Structure):
        _fields_ = (
            ("location_id", ctypes.c_uint32),
            ("location_type", ctypes.c_int),
            ("page_size", ctypes.c_uint32),
            ("rsv", ctypes.c_uint32 * 4),
        )


class Library:
    """A loaded ACL library. Attributes are its C functions and the headers' numbers."""

    def __init__(self, path: str) -> None:
        self._path = path

    @functools.cached_property
    def _cdll(self) -> ctypes.CDLL:
        # Not before first use, so that only the process of the test case loads it.
        return ctypes.CDLL(self._path, mode=ctypes.RTLD_GLOBAL)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in numbers():
            return numbers()[name]
        if name not in _prototypes():
            raise AttributeError(f"the headers know no {name}")
        returns, parameters = _prototypes()[name]
        function = getattr(self._cdll, name)
        function.restype = _ctype(returns)
        if "..." not in parameters and parameters.strip() != "void":
            function.argtypes = [_ctype(" ".join(part.split())) for part in parameters.split(",")]
        setattr(self, name, function)
        return function

    def functions(self) -> list[str]:
        """The functions that the headers declare."""
        return list(_prototypes())

    def has(self, name: str) -> bool:
        """Whether the library exports a symbol."""
        return hasattr(self._cdll, name)

    # What nearly every case needs; a failure here is the case's failure.

    def out(self, function: str, ctype: Any, *arguments: Any, first: bool = True) -> Any:
        """Call a function whose first (or last) parameter is an output; answer the output."""
        value = ctype()
        passed = [ctypes.byref(value), *arguments] if first else [*arguments, ctypes.byref(value)]
        code = getattr(self, function)(*passed)
        assert code == 0, f"{function} -> {code}: {self.message()}"
        return value.value

    def message(self) -> str:
        """The recent error message."""
        text = self.aclGetRecentErrMsg()
        return "" if text is None else text.decode()

    def device_count(self) -> int:
        return self.out("aclrtGetDeviceCount", ctypes.c_uint32)

    def set_device(self, device: int = 0) -> None:
        code = self.aclrtSetDevice(device)
        assert code == 0, f"aclrtSetDevice({device}) -> {code}: {self.message()}"

    def malloc(self, size: int, policy: int = 0) -> int:
        return self.out("aclrtMalloc", ctypes.c_void_p, size, policy)

    def malloc_host(self, size: int) -> int:
        return self.out("aclrtMallocHost", ctypes.c_void_p, size)

    def create_context(self, device: int = 0) -> int:
        return self.out("aclrtCreateContext", ctypes.c_void_p, device)

    def current_context(self) -> int:
        return self.out("aclrtGetCurrentContext", ctypes.c_void_p)

    def create_stream(self) -> int:
        return self.out("aclrtCreateStream", ctypes.c_void_p)

    def create_event(self) -> int:
        return self.out("aclrtCreateEvent", ctypes.c_void_p)

    def create_event_ex(self, flag: int) -> int:
        return self.out("aclrtCreateEventExWithFlag", ctypes.c_void_p, flag)

    def write(self, device: int, data: bytes) -> None:
        """Copy bytes to device memory."""
        code = self.aclrtMemcpy(
            device, len(data), ctypes.c_char_p(data), len(data), self.ACL_MEMCPY_HOST_TO_DEVICE
        )
        assert code == 0, f"aclrtMemcpy -> {code}: {self.message()}"

    def read(self, device: int, size: int) -> bytes:
        """Copy bytes from device memory."""
        data = ctypes.create_string_buffer(size)
        code = self.aclrtMemcpy(data, size, device, size, self.ACL_MEMCPY_DEVICE_TO_HOST)
        assert code == 0, f"aclrtMemcpy -> {code}: {self.message()}"
        return data.raw


_callbacks: list[Any] = []


def callback(function: Callable[[], None]) -> Any:
    """A C callback. It lives as long as the process: after an abort nobody can tell whether the
    library is still in it."""
    _callbacks.append(CALLBACK(lambda _: function()))
    return _callbacks[-1]


@contextlib.contextmanager
def held_up(acl: Library, stream: int) -> Iterator[threading.Event]:
    """Keeps a stream busy with a host function until the end of the block or set()."""
    release = threading.Event()

    def wait() -> None:
        release.wait(60)

    function = callback(wait)
    assert acl.aclrtLaunchHostFunc(stream, function, None) == 0
    try:
        yield release
    finally:
        release.set()
        acl.aclrtSynchronizeStream(stream)
