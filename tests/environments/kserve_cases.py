# SPDX-License-Identifier: Apache-2.0
"""What the KServe example answers, case by case.

Not a part of the test suite: run by .ci/serve, with an interpreter that has kserve.
"""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
from kserve import InferInput, InferRequest
from kserve.protocol.grpc.grpc_predict_v2_pb2 import ModelInferRequest, ModelMetadataRequest
from kserve.protocol.grpc.grpc_predict_v2_pb2_grpc import GRPCInferenceServiceStub

from ascendcl.data import digits_held_out

sys.path.append(str(Path(__file__).parent))

from served import Answer, Served

HELD_OUT = digits_held_out()
DIGITS = "/v2/models/digits"
JSON = {"content-type": "application/json"}


def image(number: int = 0, **other: Any) -> dict[str, Any]:
    """A picture as the protocol's JSON has it, or with something else of it."""
    data = HELD_OUT.images[number].ravel().tolist()
    return {"name": "image", "shape": [1, 1, 8, 8], "datatype": "FP32", "data": data, **other}


def request(*inputs: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"id": "mine", "inputs": list(inputs or (image(),)), **other}


def probabilities(answer: Answer) -> np.ndarray:
    (output,) = answer.body["outputs"]
    return np.array(output["data"], np.float32).reshape(output["shape"])


def stub(served: Served) -> GRPCInferenceServiceStub:
    return GRPCInferenceServiceStub(grpc.insecure_channel(f"127.0.0.1:{served.grpc_port}"))


def grpc_request(number: int = 0, shape: tuple[int, ...] = (1, 1, 8, 8)) -> ModelInferRequest:
    array = HELD_OUT.images[number].reshape(shape)
    tensor = InferInput("image", list(shape), "FP32")
    tensor.set_data_from_numpy(array)
    return InferRequest("digits", [tensor], request_id="mine").to_grpc()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("served")) as server:
        yield server


# --- what fits ---------------------------------------------------------------------------------


def test_metadata_are_those_of_the_model(served: Served) -> None:
    answer = served.get(DIGITS)
    assert answer.body["inputs"] == [{"name": "image", "datatype": "FP32", "shape": [1, 1, 8, 8]}]
    assert answer.body["outputs"] == [
        {"name": "probabilities", "datatype": "FP32", "shape": [1, 10]}
    ]


def test_rest(served: Served) -> None:
    answer = served.post(request(image(3)))
    assert (answer.status, answer.body["id"]) == (200, "mine")
    np.testing.assert_allclose(probabilities(answer), HELD_OUT.probabilities[3:4], atol=1e-5)


def test_rest_without_an_id_and_integers_for_floats(served: Served) -> None:
    data = HELD_OUT.images[3].astype(int).ravel().tolist()
    answer = served.post({"inputs": [image(data=data)]})
    assert answer.body["id"]
    np.testing.assert_allclose(probabilities(answer), HELD_OUT.probabilities[3:4], atol=1e-5)


def test_grpc(served: Served) -> None:
    answer = stub(served).ModelInfer(grpc_request(3))
    found = np.frombuffer(answer.raw_output_contents[0], np.float32)
    assert answer.id == "mine"
    np.testing.assert_allclose(found, HELD_OUT.probabilities[3], atol=1e-5)
    described = stub(served).ModelMetadata(ModelMetadataRequest(name="digits"))
    assert [list(each.shape) for each in described.inputs] == [[1, 1, 8, 8]]


def test_metrics(served: Served) -> None:
    before = served.count("ascendcl_requests_total", model="digits", outcome="ok")
    served.post(request())
    assert served.count("ascendcl_requests_total", model="digits", outcome="ok") == before + 1


# --- what does not: the named cases ------------------------------------------------------------

BAD: dict[str, object] = {
    "no JSON": b"{nonsense",
    "no inputs": {"id": "mine"},
    "an input is missing": {"inputs": []},
    "an input is unknown": request(image(name="picture")),
    "an input is given twice": request(image(), image()),
    "another shape": request(image(shape=[1, 8, 8, 1])),
    "a size that is to be guessed": request(image(shape=[1, 1, 8, -1])),
    "data that do not fill the shape": request(image(data=[1.0] * 63)),
    "another datatype": request(image(datatype="INT32", data=[1] * 64)),
    "a datatype that there is not": request(image(datatype="FP31")),
    "texts for numbers": request(image(data=["1"] * 64)),
    "null for a number": request(image(data=[None] * 64)),
    "an output is unknown": request(outputs=[{"name": "boxes"}]),
}


@pytest.mark.parametrize("name", BAD)
def test_400(served: Served, name: str) -> None:
    answer = served.post(BAD[name])
    assert (answer.status, bool(answer.body["error"])) == (400, True)
    assert served.post(request()).status == 200


def test_404_a_model_that_there_is_not(served: Served) -> None:
    assert served.post(request(), "/v2/models/nothing/infer").status == 404


def test_grpc_codes(served: Served) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        stub(served).ModelInfer(grpc_request(shape=(1, 8, 8, 1)))
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "expected shape (1, 1, 8, 8)" in caught.value.details()
    wrong = grpc_request()
    wrong.model_name = "nothing"
    with pytest.raises(grpc.RpcError) as caught:
        stub(served).ModelInfer(wrong)
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def is_come_again(answer: Answer) -> bool:
    return (answer.status, answer.headers.get("retry-after")) == (503, "1")


def test_503_full_then_a_clean_drain(tmp_path: Path) -> None:
    """One runs, one waits, the third is refused; both are answered after SIGTERM."""
    with (
        Served(tmp_path, "--max_waiting", "1", "--queue_timeout", "100") as served,
        ThreadPoolExecutor(2) as clients,
    ):
        served.close_gate(0)
        first = clients.submit(served.post, request(image(1)))
        served.wait_until(lambda: served.count("ascendcl_requests_running") == 1)
        second = clients.submit(stub(served).ModelInfer, grpc_request(2))
        served.wait_until(lambda: served.count("ascendcl_requests_waiting") == 1)

        assert is_come_again(served.post(request()))
        with pytest.raises(grpc.RpcError) as caught:
            stub(served).ModelInfer(grpc_request())
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE

        served.terminate()
        served.wait_until(lambda: refuses_connections(served))
        assert not first.done()
        served.open_gate()
        found = probabilities(first.result())
        np.testing.assert_allclose(found, HELD_OUT.probabilities[1:2], atol=1e-5)
        raw = np.frombuffer(second.result().raw_output_contents[0], np.float32)
        np.testing.assert_allclose(raw, HELD_OUT.probabilities[2], atol=1e-5)
        stats = served.ended()
        assert (stats["requests_ok"], stats["requests_rejected"]) == (2, 2)
        assert (stats["requests_waiting"], stats["requests_running"]) == (0, 0)


def refuses_connections(served: Served) -> bool:
    try:
        served.get("/v2/health/live")
    except OSError:
        return True
    return False


def test_503_waited_too_long(tmp_path: Path) -> None:
    with (
        Served(tmp_path, "--queue_timeout", "0.2") as served,
        ThreadPoolExecutor(1) as clients,
    ):
        served.close_gate(0)
        first = clients.submit(served.post, request())
        served.wait_until(lambda: served.count("ascendcl_requests_running") == 1)
        late = served.post(request())
        assert is_come_again(late)
        assert "AclTimeoutError" in late.body["error"] or "wait" in late.body["error"]
        served.open_gate()
        assert first.result().status == 200


def test_503_not_ready_while_a_device_heals(tmp_path: Path) -> None:
    """The first execution finds the device failed; what runs after the reset is held."""
    with Served(tmp_path, faults="aclmdlExecute:1:507015") as served:
        served.close_gate(4)  # a load has run twice
        assert is_come_again(served.post(request()))  # the request that saw it
        served.wait_until(lambda: not served.is_ready())
        assert is_come_again(served.get(f"{DIGITS}/ready"))
        assert is_come_again(served.post(request()))
        served.open_gate()
        served.wait_until(served.is_ready)
        answer = served.post(request(image(4)))
        np.testing.assert_allclose(probabilities(answer), HELD_OUT.probabilities[4:5], atol=1e-5)
        assert served.count("ascendcl_device_faults_total") == 1


def test_400_data_that_the_model_cannot_compute_and_500_for_others(tmp_path: Path) -> None:
    with Served(tmp_path, faults="aclmdlExecute:1:507011,aclmdlExecute:3:500000") as served:
        answer = served.post(request())  # the next execution asks whether it is the device
        assert (answer.status, "507011" in answer.body["error"]) == (400, True)
        connection = http.client.HTTPConnection("127.0.0.1", served.http_port)
        for status in (500, 200):  # on one connection, which outlives the failure
            connection.request("POST", f"{DIGITS}/infer", json.dumps(request()), JSON)
            answer_on_it = connection.getresponse()
            assert (answer_on_it.status, bool(answer_on_it.read())) == (status, True)
