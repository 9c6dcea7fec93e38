# SPDX-License-Identifier: Apache-2.0
"""PyAV as the host runtime's codec (docs/media.md): JPEG, PNG, H.264 and H.265.

The extension imports this module with the first picture, and calls its functions from the runtime's
threads (csrc/bindings/objects/codec.cpp). Every picture has a context of its own (100 us): FFmpeg's
decoders keep tables between pictures, and one without any would come out by another's.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

# ascendclCodecKind
JPEG, PNG, H264, H265 = range(4)
_DECODERS = {JPEG: "mjpeg", PNG: "png", H264: "h264", H265: "hevc"}

# ascendclPlanes, by FFmpeg's names: those with a j are of full range.
_PLANES = {
    "gray": 0,
    "yuv420p": 1,
    "yuvj420p": 1,
    "yuv422p": 2,
    "yuvj422p": 2,
    "yuv440p": 3,
    "yuvj440p": 3,
    "yuv444p": 4,
    "yuvj444p": 4,
    "yuv411p": 5,
    "yuvj411p": 5,
    "rgb24": 6,
    "rgba": 7,
}
_JPEG_FORMATS = {0: "gray", 1: "yuvj420p", 2: "yuvj422p", 4: "yuvj444p"}
# acldvppStreamFormat, of H.264
_PROFILES = {1: "baseline", 2: "main", 3: "high"}
_WRAP = 1 << 64

# planes, width, height, (address, bytes a row) of each, tag, what owns them
Frame = tuple[int, int, int, tuple[tuple[int, int], ...], int, object]
# address, size, tag, whether it is a key frame, what owns them
Packet = tuple[int, int, int, bool, object]


class Encoding(NamedTuple):
    """ascendclEncoding."""

    kind: int
    quality: int
    width: int
    height: int
    frames_per_second: int
    key_frame_interval: int
    bits_per_second: int
    is_constant_rate: int
    profile: int


def _av() -> Any:
    return importlib.import_module("av")


def _decoder(kind: int) -> Any:
    context = _av().CodecContext.create(_DECODERS[kind], "r")
    context.thread_count = 1
    context.options = {"err_detect": "crccheck+explode" if kind == PNG else "explode"}
    return context


def _described(frame: Any, tag: int) -> Frame:
    name = frame.format.name
    planes = _PLANES.get(name)
    if planes is None:
        raise ValueError(f"the decoded picture is {name}, which has no use here")
    addresses = tuple((plane.buffer_ptr, plane.line_size) for plane in frame.planes)
    return planes, frame.width, frame.height, addresses, tag, frame


def decode(kind: int, data: memoryview) -> Frame:
    """One compressed picture."""
    if kind == PNG:
        _require_all_rows(data)
    context = _decoder(kind)
    packet = _av().Packet(data)
    frames = context.decode(packet) or context.decode(None)
    if len(frames) != 1:
        raise ValueError(f"the data gave {len(frames)} pictures")
    return _described(frames[0], 0)


def empty_frame(planes: int, width: int, height: int, is_full_range: bool) -> Frame:
    """A frame to be filled by the caller."""
    name = _JPEG_FORMATS[planes]
    if not is_full_range:
        name = name.replace("yuvj", "yuv")
    return _described(_av().VideoFrame(width, height, name), 0)


def encode(values: tuple[int, ...], frame: Any) -> Packet:
    """One compressed picture of a frame that empty_frame() made; the values are an Encoding's."""
    encoding = Encoding._make(values)
    if encoding.kind != JPEG:
        raise ValueError("of pictures, JPEG alone is encoded")
    context = _av().CodecContext.create("mjpeg", "w")
    context.thread_count = 1
    context.width, context.height = frame.width, frame.height
    context.pix_fmt = frame.format.name
    context.time_base = Fraction(1)
    context.qmin = context.qmax = quantizer(encoding.quality)
    frame.pts = 0
    packets = [*context.encode(frame), *context.encode(None)]
    if len(packets) != 1:
        raise ValueError(f"the encoder gave {len(packets)} pictures")
    return _handed_out(packets[0], 0)


def quantizer(quality: int) -> int:
    """FFmpeg's 1 (finest) to 31, for the quality of 1 to 100 that libjpeg made usual.

    The mean step of libjpeg's table at quality 50 is that of FFmpeg's at 15.
    """
    percent = 5000 / quality if quality < 50 else 200 - 2 * quality
    return min(max(round(15 * percent / 100), 1), 31)


def _handed_out(packet: Any, tag: int) -> Packet:
    return packet.buffer_ptr, packet.size, tag, packet.is_keyframe, packet


def _require_all_rows(data: memoryview) -> None:
    """FFmpeg hands out what is there of a PNG whose pixels end early."""
    width = int.from_bytes(data[16:20], "big")
    height = int.from_bytes(data[20:24], "big")
    depth, color, interlace = data[24], data[25], data[28]
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    needed = sum(
        rows * (1 + (columns * bits + 7) // 8)
        for columns, rows in _passes(width, height, interlace)
    )
    inflate = zlib.decompressobj()
    there = 0
    for part in _pixel_chunks(data):
        rest: Any = part
        while rest and not inflate.eof:
            there += len(inflate.decompress(rest, 1 << 20))
            rest = inflate.unconsumed_tail
    while not inflate.eof and (more := inflate.decompress(b"", 1 << 20)):
        there += len(more)
    if there < needed:
        raise ValueError(f"the pixels of the PNG are cut off: {there} of {needed} bytes")


def _passes(width: int, height: int, interlace: int) -> Iterator[tuple[int, int]]:
    if interlace == 0:
        yield width, height
        return
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    for left, top, across, down in (*starts, (0, 1, 1, 2)):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            yield columns, rows


def _pixel_chunks(data: memoryview) -> Iterator[memoryview]:
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if bytes(data[at + 4 : at + 8]) == b"IDAT":
            yield data[at + 8 : at + 8 + size]
        at += 12 + size


class Decoder:
    """A stream of H.264 or H.265."""

    def __init__(self, kind: int) -> None:
        self._context = _decoder(kind)

    def send(self, data: memoryview | None, tag: int) -> list[Frame]:
        """The frames that the packet, or the end, gives out."""
        packet = None
        if data is not None:
            packet = _av().Packet(data)
            packet.pts = packet.dts = tag - _WRAP if tag >= _WRAP // 2 else tag
        return [self._as_planes(frame) for frame in self._context.decode(packet)]

    @staticmethod
    def _as_planes(frame: Any) -> Frame:
        tag = 0 if frame.pts is None else frame.pts % _WRAP
        if frame.format.name in ("yuv420p10le", "yuv420p10be"):
            frame = frame.reformat(format="yuv420p")
        return _described(frame, tag)


class Encoder:
    """A stream of H.264 or H.265: a packet for each frame, parameter sets with the key frames."""

    def __init__(self, values: tuple[int, ...]) -> None:
        encoding = Encoding._make(values)
        interval = encoding.key_frame_interval or 1
        options = {"preset": "veryfast", "tune": "zerolatency", "forced-idr": "1"}
        if encoding.kind == H264:
            options["profile"] = _PROFILES.get(encoding.profile, "main")
        else:
            options["x265-params"] = (
                "log-level=none:pools=none:frame-threads=1:repeat-headers=1:"
                f"keyint={interval}:min-keyint=1:scenecut=0"
            )
        context = _av().CodecContext.create("libx264" if encoding.kind == H264 else "libx265", "w")
        context.thread_count = 1
        context.width, context.height = encoding.width, encoding.height
        context.pix_fmt = "yuv420p"
        rate = encoding.frames_per_second or 25
        context.framerate, context.time_base = Fraction(rate), Fraction(1, rate)
        context.gop_size = interval
        context.max_b_frames = 0
        if encoding.bits_per_second:
            context.bit_rate = encoding.bits_per_second
            if encoding.is_constant_rate:
                bits = str(encoding.bits_per_second)
                options |= {"maxrate": bits, "bufsize": bits}
        context.options = options
        self._context = context
        self._count = 0
        self._tags: dict[int, int] = {}

    def empty_frame(self) -> Frame:
        """A frame to be filled by the caller."""
        return empty_frame(1, self._context.width, self._context.height, False)

    def send(self, frame: Any, tag: int, force_key_frame: bool) -> list[Packet]:
        """The packets that the frame, or the end (None), gives out."""
        if frame is not None:
            # The encoder asks for times that grow; tags are the caller's.
            frame.pts = self._count
            self._tags[self._count] = tag
            self._count += 1
            if force_key_frame:
                frame.pict_type = importlib.import_module("av.video.frame").PictureType.I
        return list(self._packets(self._context.encode(frame)))

    def _packets(self, packets: Iterable[Any]) -> Iterator[Packet]:
        for packet in packets:
            yield _handed_out(packet, self._tags.pop(packet.pts, 0))
