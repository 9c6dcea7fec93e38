# SPDX-License-Identifier: Apache-2.0
"""Short clips, made by PyAV at test time, and what PyAV itself decodes of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest

av: Any = pytest.importorskip("av")

Picture = np.ndarray[Any, np.dtype[np.uint8]]
H265, H264_BASELINE, H264_MAIN, H264_HIGH = range(4)
_ENCODERS = {H265: "libx265", H264_BASELINE: "libx264", H264_MAIN: "libx264", H264_HIGH: "libx264"}


class Clip(NamedTuple):
    """One packet a frame, in the order in which they are sent."""

    entype: int
    width: int
    height: int
    packets: list[bytes]
    pictures: list[Picture]  # as NV12 without gaps, in the order in which they come out
    order: list[int]  # of which packet each picture is


def drawn(width: int, height: int, index: int) -> Any:
    """A picture that moves, as PyAV's frame."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    planes = [
        128 + 90 * np.sin((x + 5 * index) / 17) * np.cos((y - 3 * index) / 23),
        (x[::2, ::2] + 4 * index) % 200 + 28,
        (y[::2, ::2] + 2 * index) % 200 + 28,
    ]
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, values in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = values.astype(np.uint8)
    return frame


def nv12_of(frame: Any) -> Picture:
    """Its planes as NV12 without gaps."""
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )
    return np.concatenate([y, np.stack([u, v], -1).reshape(len(u), -1)])


def decoded(entype: int, packets: list[bytes]) -> tuple[list[Picture], list[int]]:
    """PyAV's own pictures of a stream, and of which packet each is."""
    context = av.CodecContext.create("hevc" if entype == H265 else "h264", "r")
    context.thread_count = 1
    frames = []
    for index, data in enumerate(packets):
        packet = av.Packet(data)
        packet.pts = packet.dts = index
        frames += context.decode(packet)
    frames += context.decode(None)
    return [nv12_of(frame) for frame in frames], [frame.pts for frame in frames]


def make_clip(
    entype: int,
    width: int,
    height: int,
    *,
    frames: int = 12,
    b_frames: int = 0,
    interval: int = 100,
) -> Clip:
    """A clip of H.264 or H.265."""
    context = av.CodecContext.create(_ENCODERS[entype], "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
    context.thread_count = 1
    context.gop_size = interval
    context.max_b_frames = b_frames
    context.options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"}
    if entype != H265:
        context.options = {"preset": "ultrafast"}
    packets = []
    for index in range(frames):
        frame = drawn(width, height, index)
        frame.pts = index
        packets += [bytes(packet) for packet in context.encode(frame)]
    packets += [bytes(packet) for packet in context.encode(None)]
    assert len(packets) == frames
    return Clip(entype, width, height, packets, *decoded(entype, packets))


def psnr(one: Picture, other: Picture) -> float:
    """Of two pictures, in dB."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return 10 * np.log10(255**2 / error) if error else float("inf")
