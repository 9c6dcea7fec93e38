# SPDX-License-Identifier: Apache-2.0
"""An .om file behind the Open Inference Protocol, REST and gRPC, by KServe's model server.

pip install kserve "ascendcl[host,metrics]"
python model_server.py --model_path model.om --model_name classify --loads 2

curl localhost:8080/v2/models/classify
"""

from __future__ import annotations

import argparse
import gc
import json
from contextlib import closing
from typing import Any

from acl.metrics import Collector
from ascend_model import AscendModel
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from kserve import Model, ModelServer, model_server
from kserve.model_repository import ModelRepository
from prometheus_client import REGISTRY

import acl

RETRY_AFTER = b"1"  # seconds


class RetryAfter:
    """ASGI middleware: whatever answers 503 says when to come again."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_header(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == 503:
                message["headers"] = [*message["headers"], (b"retry-after", RETRY_AFTER)]
            await send(message)

        await self.app(scope, receive, send_with_header)


class KnownModels(ModelRepository):
    """Models that are being stopped stay known, and are not ready: 503 rather than 404."""

    def unload(self, name: str) -> None:
        """Stop taking requests; those that were taken are answered."""
        self.models[name].stop()


async def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
    """400 for what is no request at all, where FastAPI has 422."""
    said = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())
    return JSONResponse({"error": said}, status_code=400)


async def failed(_: Request, error: Exception) -> JSONResponse:
    """500, and the connection stays: after an exception that nobody handles it is reset."""
    return JSONResponse({"error": str(error)}, status_code=500)


def arguments() -> argparse.Namespace:
    """KServe's own options, and those of the pool."""
    parser = argparse.ArgumentParser(parents=[model_server.parser])
    parser.add_argument("--model_path", required=True, help="The .om file.")
    parser.add_argument("--loads", type=int, default=1, help="How many runs at the same time.")
    parser.add_argument("--max_waiting", type=int, default=256, help="More are refused by 503.")
    parser.add_argument("--queue_timeout", type=float, default=10, help="Seconds to wait at most.")
    parser.add_argument("--max_delay", type=float, help="Batch requests; wait so long for others.")
    return parser.parse_args()


def serve(name: str, service: acl.ModelPool | acl.Batcher, timeout: float, *more: Model) -> None:
    """Serve until SIGTERM, answer what was taken, and say what was done."""
    model_server.app.add_middleware(RetryAfter)
    model_server.app.add_exception_handler(RequestValidationError, bad_request)
    model_server.app.add_exception_handler(acl.AclError, failed)
    REGISTRY.register(Collector({name: service}))  # KServe shows the registry at /metrics
    server = ModelServer(registered_models=KnownModels())
    # Requests that wait are many objects, through which the collector would go again and again.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    # By SIGTERM each server stops listening, and waits for what it has begun.
    server.start([AscendModel(name, service, timeout), *more])
    service.drain()
    print(json.dumps(service.stats()), flush=True)


def main() -> None:
    """Load the model and serve it."""
    given = arguments()
    if given.max_delay is None:
        pool = acl.ModelPool(given.model_path, workers=given.loads, max_waiting=given.max_waiting)
        with closing(pool):
            serve(given.model_name, pool, given.queue_timeout)
    else:
        batcher = acl.Batcher(
            given.model_path,
            workers=given.loads,
            max_waiting=given.max_waiting,
            max_delay=given.max_delay,
        )
        with closing(batcher):
            serve(given.model_name, batcher, given.queue_timeout)


if __name__ == "__main__":
    main()
