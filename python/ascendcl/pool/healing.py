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
from ascendcl.pool.replicas import turn_on

if TYPE_CHECKING:
    from ascendcl.pool.engine import Engine
    from ascendcl.pool.group import Group, Worker

__all__ = ["fault_of", "heal", "lost_to", "unavailable"]

log: Final = logging.getLogger("ascendcl")

FIRST_PAUSE: Final = 0.05  # seconds after an attempt that failed; doubled by each
LONGEST_PAUSE: Final = 30.0

PATIENCE: Final = 2.0  # seconds for what else runs on the device to end by itself

_C_NAMES: Final = {
    "set_device": "aclrtSetDevice",
    "reset_device_force": "aclrtResetDeviceForce",
}
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
    must_reset = not group.replicas.is_lost  # or somebody has reset it
    # Unloaded before the reset, as the documentation wants it; what hangs needs the reset first.
    if must_reset and not _wait_for_workers(engine, worker, PATIENCE):
        must_reset = not _reset(group, where)
    _wait_for_workers(engine, worker)
    if engine.is_stopped:
        return
    _unload(group, where)
    while True:
        must_reset = must_reset and not _reset(group, where)
        if group.replicas.give_up_workspace():
            _warn(where, "the workspace it was given went with the reset; it has one of its own")
        if group.replicas.give_up_weights():
            _warn(where, "the weights it was given went with the reset; it has its own")
        loading = time.monotonic()
        try:
            group.replicas.open()
        except Exception as error:
            failure = error if isinstance(error, AclError) else _as_acl_error(error)
            _warn(where, f"cannot be used yet: {failure}")
        else:
            break
        if not _wait(engine, group, failure, pause, is_overdue=_is_overdue(engine, start)):
            return
        must_reset = must_reset or failure.code in STICKY
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


def _reset(group: Group, where: str) -> bool:
    """Reset the device; whether that succeeded.

    Where it fails loading may succeed all the same: the last to unload resets it, too.
    """
    device = group.replicas.device
    with turn_on(device):
        try:
            # Set first: what was unloaded may have been all there was on the device.
            for function in (rt.set_device, rt.reset_device_force):
                if (code := function(device)) != 0:
                    name = _C_NAMES[function.__name__]
                    detail = _acl.get_recent_err_msg() or ""
                    _warn(where, str(from_status(code, name, detail)))
                    return False
        except NotImplementedError as error:  # an older CANN
            _warn(where, str(error))
            return False
    return True


def _wait_for_workers(engine: Engine, healer: Worker, patience: float | None = None) -> bool:
    """Wait until no other worker of the device uses its load, or the pool is closed."""
    group = healer.group
    others = group.replicas.count - 1
    with engine.lock:
        return engine.changed.wait_for(
            lambda: engine.is_stopped or len(group.parked) == others, patience
        )


def _unload(group: Group, where: str) -> None:
    try:
        group.replicas.close()
    except Exception as error:  # of what a device that failed does not do any more
        _warn(where, str(error))
