# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the object API, and the one place that makes them from status codes.

The flat functions (``acl.rt.malloc`` and so on) answer codes and never raise these.
"""

from __future__ import annotations

import errno
import functools
import os
import queue
import sys
import warnings
from typing import Any, Final

from ascendcl import _acl

__all__ = [
    "AclError",
    "AclFileNotFoundError",
    "AclMemoryError",
    "AclPermissionError",
    "AclTimeoutError",
    "AclValueError",
    "AclWarning",
    "BufferInUse",
    "ClosedError",
    "ContextError",
    "DeviceFaultError",
    "ForkedError",
    "HostAssumption",
    "HostSubstitution",
    "MissingNameError",
    "ModelClosedError",
    "NotSupportedError",
    "PoolClosed",
    "QueueFull",
    "StrictWarning",
    "WrongDeviceError",
]


class AclError(RuntimeError):
    """A call of the runtime failed.

    Attributes
    ----------
    code : int
        What the C function answered; negative when this package refused before any call.
    symbol : str
        The code's name in the C headers, such as ``ACL_ERROR_RT_PARAM_INVALID``; may be empty.
    function : str
        The C function, or the method that refused.
    detail : str
        What the runtime says about it (``aclGetRecentErrMsg``); may be empty.
    hint : str
        What to do about it; may be empty.
    """

    def __init__(self, code: int, function: str, detail: str = "") -> None:
        super().__init__(code, function, detail)
        self.code: Final = code
        self.function: Final = function
        self.detail: Final = detail.strip()
        self.symbol: Final = _symbols().get(code, "")
        self.hint: Final = _HINTS.get(code, "")

    def __reduce__(self) -> tuple[Any, ...]:
        state = dict(vars(self))
        if isinstance(self, OSError):  # what the file was is kept beside the other attributes
            for name in ("errno", "strerror", "filename"):
                state[name] = getattr(self, name)
        return type(self), self.args, state

    def __str__(self) -> str:
        if self.code < 0:
            text = f"{self.function}: {self.hint}" if self.function else self.hint
        else:
            name = f"{self.code} ({self.symbol})" if self.symbol else str(self.code)
            text = f"{self.function} failed with {name}"
            if self.hint:
                text += f": {self.hint}"
        return f"{text}\n{self.detail}" if self.detail else text


class AclValueError(AclError, ValueError):
    """An argument, or what a file holds, is not acceptable."""


class AclMemoryError(AclError, MemoryError):
    """The device or the host has no memory left."""


class AclFileNotFoundError(AclError, FileNotFoundError):
    """There is no such model file."""


class AclPermissionError(AclError, PermissionError):
    """The model file may not be read."""


class AclTimeoutError(AclError, TimeoutError):
    """Waiting took longer than asked for."""


class NotSupportedError(AclError, NotImplementedError):
    """This runtime, chip or release cannot do it."""


class MissingNameError(AttributeError, NotImplementedError):
    """pyACL has the function, and this package does not.

    An `AttributeError`, so that ``hasattr`` and ``getattr`` with a default answer as they do for
    any name that is not there, and a `NotImplementedError` for whoever calls without asking.
    """


class ContextError(AclError):
    """The calling thread has no context, or another one than the object's."""


class DeviceFaultError(AclError):
    """The device failed while it worked. What runs on it afterwards may fail too."""


class BufferInUse(AclError):  # noqa: N818
    """A loaded model holds the buffer: close the model first."""


class ClosedError(AclError):
    """The object was closed."""


class ModelClosedError(ClosedError):
    """The model was closed."""


class PoolClosed(ClosedError):  # noqa: N818
    """The pool or batcher was closed, or takes no more requests because it is being drained."""


class QueueFull(AclError, queue.Full):  # noqa: N818
    """As many requests wait as may: answer 503, or come again later."""


class ForkedError(AclError):
    """The runtime was in use when this process was forked, and cannot be used in the child."""


class WrongDeviceError(AclError, ValueError):
    """A buffer or stream belongs to another device than the model."""


class AclWarning(RuntimeWarning):
    """Something that no caller could be told in another way.

    Releasing a resource failed in a destructor or at exit; or a subclass says what.
    """


class HostAssumption(AclWarning):
    """The host runtime runs a model with something assumed that its file does not keep.

    Once for each content of a model file; the message names the nodes, `Model.notes` has them too.
    """


class HostSubstitution(AclWarning):
    """The host runtime runs ``X.host.om`` where a program named ``X.om``.

    Once for each file and content. ``ascendcl compile --like X.om`` makes such files;
    :func:`ascendcl.runtime_info` lists those that were loaded.
    """


class StrictWarning(UserWarning):
    """A rule of the runtime's documentation was broken: a report of :func:`ascendcl.strict`."""


# Refusals of csrc/core/status.h.
CLOSED: Final = -1
MODEL_CLOSED: Final = -2
BUFFER_IN_USE: Final = -3
FORKED: Final = -4
SHUT_DOWN: Final = -5
WRONG_DEVICE: Final = -6
OTHER_WEIGHTS: Final = -7
OTHER_ROLE: Final = -8
OUT_OF_BOUNDS: Final = -9
NO_SUCH_MEMORY: Final = -10
INTERRUPTED: Final = -11
UNFINISHED: Final = -12
LOST: Final = -13
MODEL_LOST: Final = -14
FILE_CHANGED: Final = -15
TIMED_OUT: Final = -16
RAN_IN_CALLS: Final = -17

# Refusals of pools and batchers, which the extension knows nothing of.
POOL_CLOSED: Final = -101
QUEUE_FULL: Final = -102
EXPIRED: Final = -103
NOT_DRAINED: Final = -104

POOL_LIMIT: Final = -111  # of acl.Pool

_PATH_INVALID: Final = 145002
MODEL_FAILED: Final = 507011  # by a request's data as well as by the device

# The device has failed, and what runs on it fails until it is reset.
STICKY: Final = frozenset(
    (
        *(507010, 507013, 507014, 507015, 507016, 507017, 507018, 507034, 507035, 507036),
        *(507042, 507043, 507044, 507045, 507048, 507049, 507050, 507053, 507054, 507055),
        *(507056, 507057),
    )
)

_CLASSES: Final[dict[int, type[AclError]]] = {
    CLOSED: ClosedError,
    MODEL_CLOSED: ModelClosedError,
    BUFFER_IN_USE: BufferInUse,
    FORKED: ForkedError,
    SHUT_DOWN: ClosedError,
    WRONG_DEVICE: WrongDeviceError,
    OTHER_WEIGHTS: BufferInUse,
    OTHER_ROLE: BufferInUse,
    OUT_OF_BOUNDS: AclValueError,
    NO_SUCH_MEMORY: AclValueError,
    LOST: ClosedError,
    MODEL_LOST: ModelClosedError,
    FILE_CHANGED: AclValueError,
    TIMED_OUT: AclTimeoutError,
    RAN_IN_CALLS: NotSupportedError,
    POOL_CLOSED: PoolClosed,
    QUEUE_FULL: QueueFull,
    EXPIRED: AclTimeoutError,
    NOT_DRAINED: AclTimeoutError,
    POOL_LIMIT: AclMemoryError,
    **dict.fromkeys(
        (
            *(100000, 100003, 100006, 100007, 100008, 100009, 100010, 100011, 100017, 100018),
            *(107000, 107001, 107008, 107016, 107017, 107018, 148053, 200003),
            *(145000, 145002, 145003, 145006, 145007, 145008, 145011, 145012, 145013, 145014),
            *(145015, 145016, 145020, 145021, 145022, 545002, 545003, 545004, 545005),
        ),
        AclValueError,
    ),
    **dict.fromkeys((200000, 207001, 207018, 245000, 245002), AclMemoryError),
    **dict.fromkeys(
        (107019, 107020, 207020, 507012, 507046, 507047, 545601),
        AclTimeoutError,
    ),
    **dict.fromkeys((100039, 200001, 200006, 200007, 207000), NotSupportedError),
    **dict.fromkeys((107002, 107003, 107004), ContextError),
    **dict.fromkeys((MODEL_FAILED, *STICKY), DeviceFaultError),
}

_HINTS: Final[dict[int, str]] = {
    CLOSED: "it was closed",
    MODEL_CLOSED: "the model was closed",
    BUFFER_IN_USE: (
        "a loaded model holds the buffer; close the model first, or what else holds it: a bound "
        "model, a view of it, other processes that it was pickled for"
    ),
    FORKED: (
        "the runtime was in use when this process was forked, and a forked child cannot use it; "
        "load models in each worker, after the fork (gunicorn: in post_fork, or without "
        "preload_app; uWSGI: lazy-apps = true, or in postfork; Celery: in worker_process_init), or "
        "start processes with multiprocessing's 'spawn' or 'forkserver' method"
    ),
    SHUT_DOWN: "the interpreter is exiting and has released the device",
    WRONG_DEVICE: "the work or weight buffer belongs to another device than the model",
    OTHER_WEIGHTS: (
        "the weight buffer holds the weights of another model that is still loaded, or that other "
        "processes share; give each model file a weight buffer of its own"
    ),
    OTHER_ROLE: (
        "the buffer is held in another role; work memory, weights, and inputs or outputs cannot be "
        "the same buffer"
    ),
    OUT_OF_BOUNDS: "more bytes, or more arrays, than there is room for",
    NO_SUCH_MEMORY: (
        "the runtime has no memory at this address, or less than so many bytes; it must be device "
        "memory that acl.rt.malloc or the like allocated and that is not freed"
    ),
    INTERRUPTED: "a signal has ended the wait before the release; it is left as it is",
    UNFINISHED: (
        "at exit there was work that did not end, such as a wait for an event that nobody records; "
        "it was dropped"
    ),
    LOST: (
        "it is closed: other code has reset the device or destroyed the context "
        "(acl.rt.reset_device, acl.rt.destroy_context); make a new one"
    ),
    MODEL_LOST: (
        "the model is closed: other code has reset the device, unloaded the model or finalized "
        "(acl.rt.reset_device, acl.mdl.unload, acl.finalize); load it again"
    ),
    FILE_CHANGED: (
        "the model file changed while it was loaded; load it again when it is complete (write a "
        "new file beside it and rename it over the old one)"
    ),
    TIMED_OUT: "other runs on the model or on its work memory took too long; it has not run",
    RAN_IN_CALLS: (
        "the model was loaded from bytes and has run in calls, and the runtime executes a model "
        "in calls or in streams, never in both; load it again, and let its first run be run_async"
    ),
    POOL_CLOSED: "it is closed, or being drained, and takes no requests",
    QUEUE_FULL: "as many requests wait as may (max_waiting)",
    EXPIRED: "the request has waited for its timeout, and was not begun",
    NOT_DRAINED: "there were requests left at the timeout",
    POOL_LIMIT: "the pool's limit is reached; see acl.Pool and acl.memory_info()",
    100000: "an argument was refused",
    100039: "this is CANN's stub library for linking; put the real one first on LD_LIBRARY_PATH",
    107000: "an argument was refused",
    107001: "there is no such device; see acl.Device.count() and ASCEND_RT_VISIBLE_DEVICES",
    107002: "this thread has no context, or its context is gone; was the device reset elsewhere?",
    107003: "the stream belongs to another context",
    107004: "the model was loaded in another context",
    107017: "the handle is not valid, or was destroyed already",
    145000: (
        "the file is not a model that this runtime can read, or the work or weight memory is too "
        "small"
    ),
    145001: "acl was finalized; acl.init() is needed first",
    145002: (
        "the model file is missing, cannot be read or is being written to, or its path has "
        "characters that ACL refuses"
    ),
    145003: "no model of this number is loaded; was it unloaded elsewhere?",
    145006: (
        "the model is shorter than it should be: empty, cut short, still being written, or not an "
        ".om file"
    ),
    200000: "the host has no memory left",
    200001: "this runtime does not have the function, or not for this model",
    200006: "this runtime cannot do it, or not with this model",
    207000: "this device does not have the feature",
    207001: "the device has no memory left; see Device.memory_info()",
    245000: "the device has no memory left; see Device.memory_info()",
    500002: "the graph engine failed; its reason stands below, or in its log",
    507010: "the device does not answer",
    507011: "the model failed on the device",
    507046: "the stream was not done in time",
    507047: "the event was not done in time",
}


@functools.cache
def _symbols() -> dict[int, str]:
    # Deprecated names share no number with others, save ACL_ERROR_NONE and its kind: first wins.
    names: dict[int, str] = {}
    for name, value in vars(_acl.constants).items():
        if name.startswith("ACL_ERROR_"):
            names.setdefault(value, name)
    return names


def from_status(code: int, function: str, detail: str, path: bytes = b"") -> AclError:
    """The exception for a failure; `path` is the model file that it is about."""
    kind = _CLASSES.get(code, AclError)
    if code == _PATH_INVALID and path:
        if not os.path.exists(path):  # noqa: PTH110
            return _with_file(AclFileNotFoundError(code, function, detail), errno.ENOENT, path)
        if not os.access(path, os.R_OK):
            return _with_file(AclPermissionError(code, function, detail), errno.EACCES, path)
    if kind is AclMemoryError:
        from ascendcl.memory_use import named_holders

        detail = "\n".join(filter(None, (detail.strip(), named_holders())))
    error = kind(code, function, detail)
    if path and sys.version_info >= (3, 11):
        error.add_note(f"model file: {os.fsdecode(path)}")
    return error


def _with_file(
    error: AclFileNotFoundError | AclPermissionError, number: int, path: bytes
) -> AclError:
    error.errno = number
    error.strerror = os.strerror(number)
    error.filename = os.fsdecode(path)
    return error


def warn(error: AclError) -> None:
    """Tell of a failure that has no caller."""
    warnings.warn(AclWarning(str(error)), stacklevel=2)


# Whoever imported the package first catches these classes: they stay when this module is reloaded,
# or imported again after sys.modules was emptied, and the extension raises no others.
globals().update(
    _acl.core.bind_errors(
        {name: globals()[name] for name in (*__all__, "_CLASSES", "from_status", "warn")}
    )
)
