# SPDX-License-Identifier: Apache-2.0
"""A service as one would write it against the public API: digits, asked for by many at a time.

Nothing of asyncio's server is here; `serve` stands for its handlers. `mypy --strict` and pyright
accept this file against the package as it is installed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import numpy.typing as npt

import acl

log = logging.getLogger(__name__)

Image = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """What a handler sends: a status as HTTP has it, and a digit where that is 200."""

    status: int
    digit: int | None = None
    reason: str = ""


class DigitsService:
    """Answers, and says no before it is too late for the client."""

    def __init__(self, path: str, *, workers: int = 2, patience: float = 1.0) -> None:
        self._patience = patience
        self._batcher = acl.Batcher(path, workers=workers, max_delay=0.002, max_waiting=256)

    @property
    def is_ready(self) -> bool:
        """For the load balancer."""
        return self._batcher.ready

    async def ask(self, image: Image) -> Answer:
        """One image, from a coroutine."""
        try:
            probabilities: Probabilities = await self._batcher.run(image, timeout=self._patience)
        except (ValueError, TypeError) as error:
            return Answer(400, reason=str(error))
        except acl.QueueFull:
            return Answer(503, reason="too many wait")
        except acl.PoolClosed:
            return Answer(503, reason="going down")
        except acl.AclTimeoutError:
            return Answer(504, reason="took too long")
        except acl.AclError as error:
            log.warning("code %d (%s): %s", error.code, error.symbol, error.hint)
            return Answer(500, reason=error.symbol)
        return Answer(200, int(probabilities.argmax()))

    def ask_for_all(self, images: Iterable[Image]) -> list[int]:
        """Many images, from a thread."""
        futures: list[Future[Probabilities]] = [self._batcher.submit(each) for each in images]
        return [int(future.result().argmax()) for future in futures]

    def counts(self) -> dict[str, float]:
        """For a page about it."""
        return self._batcher.stats()

    def __enter__(self) -> DigitsService:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._batcher.drain(timeout=30.0)
        finally:
            self._batcher.close()


async def serve(service: DigitsService, images: list[Image]) -> list[Answer]:
    """As many handlers as there are images."""
    return await asyncio.gather(*(service.ask(image) for image in images))


def classify_all(path: str, images: list[Image]) -> Probabilities:
    """Ask for all images in each way; the probabilities, by a pool of its own."""
    with DigitsService(path) as service:
        answers = asyncio.run(serve(service, images))
        digits = service.ask_for_all(images)
        refused = asyncio.run(service.ask(images[0][:, :, :4]))
    if [answer.digit for answer in answers] != digits or refused.status != 400:
        raise RuntimeError(f"the ways to ask do not agree: {answers}, {digits}, {refused}")
    with acl.ModelPool(path, workers=2) as pool:
        first: Future[Probabilities] | None = pool.try_submit({"image": images[0]}, timeout=5.0)
        if first is None:
            raise RuntimeError("no worker is free")
        return np.concatenate(list(pool.map(images)))
