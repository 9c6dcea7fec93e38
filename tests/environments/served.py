# SPDX-License-Identifier: Apache-2.0
"""A model server in a process of its own, and requests to it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascendcl.data import DIGITS_MODEL

SERVER = Path(__file__).with_name("kserve_server.py")
KEPT_OUT = ("ASCENDCL_FAULT", "KSERVE_GATE")
SECONDS = 120  # for what takes a few, on a machine that does other things


@dataclass
class Answer:
    """What REST answered: status, headers by their names in lower case, and the body."""

    status: int
    headers: dict[str, str]
    body: Any


def free_ports(count: int) -> list[int]:
    """Ports that nobody has just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Served:
    """The server, from ready to ended."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        faults: str = "",
        path: Path = DIGITS_MODEL,
        is_gated: bool = True,
    ) -> None:
        self.http_port, self.grpc_port = free_ports(2)
        self.gate = folder / "gate"
        self.log = folder / "server.log"
        environment = {k: v for k, v in os.environ.items() if k not in KEPT_OUT}
        environment |= {"ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_THREADS": "1"}
        environment |= {"KSERVE_FAULTS": faults}
        if is_gated:  # a file that each run looks for: not where a run's cost is measured
            environment |= {"KSERVE_GATE": str(self.gate)}
        ports = ["--http_port", str(self.http_port), "--grpc_port", str(self.grpc_port)]
        model = ["--model_path", str(path), "--model_name", "digits"]
        quiet = ["--enable_latency_logging", "false"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(SERVER), *ports, *model, *quiet, *options],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.wait_until(self.is_ready)
        except BaseException:
            self.kill()
            raise

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it at once, where it is not ended."""
        self.process.kill()
        self.process.wait()

    def close_gate(self, number: int) -> None:
        """Have runs from this number on wait."""
        written = self.gate.with_suffix(".new")
        written.write_text(str(number))
        written.rename(self.gate)

    def open_gate(self) -> None:
        """Let them run."""
        self.gate.unlink()

    def wait_until(self, holds: Any) -> None:
        """Until it holds, or the server has ended, or it takes far too long."""
        end = time.monotonic() + SECONDS
        while not holds():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(self.log.read_text()[-4000:])
            time.sleep(0.02)

    def is_ready(self) -> bool:
        """Whether the model is."""
        try:
            return self.get("/v2/models/digits/ready").status == 200
        except OSError:
            return False

    def get(self, path: str) -> Answer:
        """GET."""
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}"))

    def post(self, body: object, path: str = "/v2/models/digits/infer") -> Answer:
        """POST of JSON, or of bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        url = f"http://127.0.0.1:{self.http_port}{path}"
        return self._ask(urllib.request.Request(url, data, headers))

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                status, headers, body = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, headers, body = error.code, error.headers, error.read()
        by_name = {name.lower(): value for name, value in headers.items()}
        is_json = by_name.get("content-type", "").startswith("application/json")
        return Answer(status, by_name, json.loads(body) if is_json else body)

    def count(self, name: str, **labels: str) -> float:
        """A number of /metrics: the sum over all that have these labels."""
        text = self.get("/metrics").body.decode()
        lines = re.findall(rf"^{name}{{(.*?)}} (\S+)$", text, re.MULTILINE)
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(v) for found, v in lines if all(each in found for each in wanted))

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> dict[str, float]:
        """Wait for the end; the pool's counts at that time."""
        assert self.process.wait(SECONDS) == 0, self.log.read_text()[-4000:]
        stats: dict[str, float] = json.loads(self.log.read_text().splitlines()[-1])
        return stats
