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
    device = group.replicas.device
    start = time.monotonic()
    pause = FIRST_PAUSE
    log.warning("%s of %s: device %d failed: %s", engine.name, engine.path, device, group.fault)
    must_reset = group.fault is not None and group.fault.code not in (LOST, MODEL_LOST)
    is_unloaded = False
    while True:
        try:
            if must_reset:
                _reset(group)
                must_reset = False
            if not is_unloaded:
                if not _wait_for_workers(engine, worker):
                    return
                _unload(engine, group)
                is_unloaded = True
            loading = time.monotonic()
            group.replicas.open()
            break
        except AclError as error:
            log.warning("%s of %s: device %d: %s", engine.name, engine.path, device, error)
            must_reset = must_reset or error.code in STICKY
            failure = error
        with engine.lock:
            group.failed_heals += 1
            is_overdue = time.monotonic() - start >= engine.heal_timeout
            if is_overdue and not engine.is_serving:
                engine.broken = failure
                engine.fail_waiting(failure)
        engine.deliver()
        with engine.lock:
            engine.changed.wait_for(lambda: engine.is_stopped, pause)
            if engine.is_stopped:
                return
        pause = min(2 * pause, LONGEST_PAUSE)
    now = time.monotonic()
    with engine.lock:
        group.heals += 1
        group.load_seconds = now - loading
        engine.resume(group)
    engine.deliver()
    log.warning(
        "%s of %s: device %d serves again after %.3f s, %.3f of them to load the model",
        *(engine.name, engine.path, device, now - start, now - loading),
    )


def _reset(group: Group) -> None:
    """Reset the device, unless somebody has done so: what they have made since would be lost."""
    if group.replicas.is_lost:
        return
    code = rt.reset_device_force(group.replicas.device)
    if code != 0:
        raise from_status(code, "aclrtResetDeviceForce", _acl.get_recent_err_msg() or "")


def _wait_for_workers(engine: Engine, healer: Worker) -> bool:
    """Wait until no other worker of the device uses its load; False where the pool is closed."""
    group = healer.group
    others = group.replicas.count - 1
    with engine.lock:
        engine.changed.wait_for(lambda: engine.is_stopped or len(group.parked) == others)
        return not engine.is_stopped


def _unload(engine: Engine, group: Group) -> None:
    try:
        group.replicas.close()
    except AclError as error:  # of what has gone with the device
        log.warning("%s of %s: %s", engine.name, engine.path, error)
    if group.replicas.give_up_workspace():
        log.warning(
            "%s of %s: the workspace it was given went with the reset; it uses one of its own",
            *(engine.name, engine.path),
        )
