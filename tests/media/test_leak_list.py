# SPDX-License-Identifier: Apache-2.0
"""What strict mode calls the objects of acl.media that are left at the end."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import acl
assert acl.init() == 0 and acl.rt.set_device(0) == 0
for name in ("pic_desc", "stream_desc", "border_config", "resize_config", "jpege_config",
             "channel_desc"):
    assert getattr(acl.media, f"dvpp_create_{name}")()
assert acl.media.dvpp_create_roi_config(0, 1, 0, 1)
batch = acl.media.dvpp_create_batch_pic_desc(2)
assert acl.media.dvpp_get_pic_desc(batch, 0)
for name in ("vdec", "venc"):
    assert getattr(acl.media, f"{name}_create_channel_desc")()
    assert getattr(acl.media, f"{name}_create_frame_config")()
assert acl.rt.reset_device(0) == 0
acl.finalize()
"""
NAMES = (
    "media channel desc",
    "picture desc",
    "batch of picture descs",
    "media stream desc",
    "ROI config",
    "resize config",
    "JPEGE config",
    "border config",
    "VDEC channel desc",
    "VDEC frame config",
    "VENC channel desc",
    "VENC frame config",
)


def test_each_kind_is_named_once() -> None:
    environment = {**os.environ, "ASCENDCL_STRICT": "1"}
    command = [sys.executable, "-W", "always", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "ACL-012" in done.stderr
    for name in NAMES:
        assert done.stderr.count(f"\n{name} 0x") == 1, f"{name}: {done.stderr}"
