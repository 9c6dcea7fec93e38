# SPDX-License-Identifier: Apache-2.0
"""What becomes of a pool whose device fails: it is reset and loaded again, on the worker that has
seen the failure, until it serves."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from ascendcl import _acl, rt
from ascendcl.errors import (
    LOST,
    MODEL_FAILED,
    MODEL_LOST,
    STICKY,
    AclError,
    ContextError,
    from_status,
)

if TYPE_CHECKING:
    from ascendcl.pool.engine import Engine, Group, Worker

__all__ = ["fault_of", "heal", "lost_to", "unavailable"]

log: Final = logging.getLogger("ascendcl")

FIRST_PAUSE: Final = 0.05  # seconds after an attempt that failed; doubled by each
LONGEST_PAUSE: Final = 30.0

_FAILURE: Final = 500000  # ACL_ERROR_INTERNAL_ERROR


def fault_of(error: BaseException, worker: Worker) -> AclError | None:
    """The error, where it says that the device must be healed before anything else runs on it."""
    if not isinstance(error, AclError):
        return None
    if error.code in STICKY or error.code in (LOST, MODEL_LOST):
        return error
    if isinstance(error, ContextError) and worker.model.closed:
        return error
    # The request's data, or the device: it is the device if what ran at the load fails as well.
    if error.code == MODEL_FAILED and worker.group.replicas.is_broken(worker.model):
        return error
    return None


def lost_to(fault: AclError, error: BaseException) -> AclError:
    """The error of a request that was running on a device when it failed."""
    told = from_status(
        fault.code, fault.function, f"of another request on the device, which was reset: {fault}"
    )
    told.__cause__ = error
    return told


def unavailable(cause: AclError) -> AclError:
    """The error of requests while a pool cannot be healed."""
    detail = f"no device of the pool can be loaded: {cause.detail}"
    told = from_status(cause.code, cause.function, detail)
    told.__cause__ = cause
    return told


def heal(engine: Engine, worker: Worker) -> None:
    """Reset the worker's device and load again, until that succeeds or the pool is closed."""
    group = worker.group
    where = f"{engine.name} of {engine.path}: device {group.replicas.device}"
    fault = group.fault
    assert fault is not None
    _warn(where, f"failed: {fault}")
    start = time.monotonic()
    pause = FIRST_PAUSE
    is_unloaded = False
    while True:
        if fault.code not in (LOST, MODEL_LOST):
            _reset(group, where)
        if not is_unloaded:
            if not _wait_for_workers(engine, worker):
                return
            _unload(group, where)
            is_unloaded = True
        loading = time.monotonic()
        try:
            group.replicas.open()
        except Exception as error:
            fault = error if isinstance(error, AclError) else _as_acl_error(error)
            _warn(where, f"cannot be used yet: {fault}")
        else:
            break
        if not _wait(engine, group, fault, pause, is_overdue=_is_overdue(engine, start)):
            return
        pause = min(2 * pause, LONGEST_PAUSE)
    now = time.monotonic()
    with engine.lock:
        group.heals += 1
        group.load_seconds = now - loading
        engine.resume(group)
    engine.deliver()
    _warn(where, f"serves again after {now - start:.3f} s, {now - loading:.3f} of them to load")


def _warn(where: str, text: str) -> None:
    # Texts: what keeps records would keep the exceptions, and by them whatever they went through.
    log.warning("%s: %s", where, text)


def _as_acl_error(error: Exception) -> AclError:
    told = from_status(_FAILURE, "ModelPool", f"{type(error).__name__}: {error}")
    told.__cause__ = error
    return told


def _is_overdue(engine: Engine, start: float) -> bool:
    return time.monotonic() - start >= engine.heal_timeout


def _wait(
    engine: Engine, group: Group, failure: AclError, pause: float, *, is_overdue: bool
) -> bool:
    """Wait before the next attempt; False where the pool is closed."""
    with engine.lock:
        group.failed_heals += 1
        if is_overdue and not engine.is_serving:
            engine.broken = failure
            engine.fail_waiting(failure)
    engine.deliver()
    with engine.lock:
        return not engine.changed.wait_for(lambda: engine.is_stopped, pause)


def _reset(group: Group, where: str) -> None:
    """Reset the device, unless somebody has done so: what they have made since would be lost.

    Where that fails loading may succeed all the same: the last to unload resets it, too.
    """
    if group.replicas.is_lost:
        return
    try:
        code = rt.reset_device_force(group.replicas.device)
    except NotImplementedError as error:  # an older CANN
        _warn(where, str(error))
        return
    if code != 0:
        detail = _acl.get_recent_err_msg() or ""
        _warn(where, str(from_status(code, "aclrtResetDeviceForce", detail)))


def _wait_for_workers(engine: Engine, healer: Worker) -> bool:
    """Wait until no other worker of the device uses its load; False where the pool is closed."""
    group = healer.group
    others = group.replicas.count - 1
    with engine.lock:
        engine.changed.wait_for(lambda: engine.is_stopped or len(group.parked) == others)
        return not engine.is_stopped


def _unload(group: Group, where: str) -> None:
    try:
        group.replicas.close()
    except AclError as error:  # of what has gone with the device
        _warn(where, str(error))
    if group.replicas.give_up_workspace():
        _warn(where, "the workspace it was given went with the reset; it has one of its own")
