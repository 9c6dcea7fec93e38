# SPDX-License-Identifier: Apache-2.0
"""Single operators: a product of matrices and a sum, then a cast by a handle."""

from pathlib import Path

import numpy as np

import acl

ACL_FLOAT = 0
ACL_FLOAT16 = 1
ACL_FORMAT_ND = 2
MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
NPY_FLOAT = 11
NPY_HALF = 23


def check_ret(message, ret):
    if ret != 0:
        raise Exception(f"{message} failed ret={ret}: {acl.get_recent_err_msg()}")


class Tensor:
    def __init__(self, shape, acl_type, np_type, data=None):
        self.shape = shape
        self.np_type = np_type
        self.desc = acl.create_tensor_desc(acl_type, list(shape), ACL_FORMAT_ND)
        self.size = acl.get_tensor_desc_size(self.desc)
        self.device, ret = acl.rt.malloc(self.size, MALLOC_HUGE_FIRST)
        check_ret("acl.rt.malloc", ret)
        self.buffer = acl.create_data_buffer(self.device, self.size)
        if data is not None:
            content = data.tobytes()  # bytes_to_ptr keeps nothing alive
            ptr = acl.util.bytes_to_ptr(content)
            ret = acl.rt.memcpy(self.device, self.size, ptr, self.size, HOST_TO_DEVICE)
            check_ret("acl.rt.memcpy", ret)

    def to_host(self):
        host, ret = acl.rt.malloc_host(self.size)
        check_ret("acl.rt.malloc_host", ret)
        ret = acl.rt.memcpy(host, self.size, self.device, self.size, DEVICE_TO_HOST)
        check_ret("acl.rt.memcpy", ret)
        result = acl.util.ptr_to_numpy(host, tuple(self.shape), self.np_type).copy()
        check_ret("acl.rt.free_host", acl.rt.free_host(host))
        return result

    def release(self):
        check_ret("acl.destroy_data_buffer", acl.destroy_data_buffer(self.buffer))
        check_ret("acl.rt.free", acl.rt.free(self.device))
        acl.destroy_tensor_desc(self.desc)


class SingleOp:
    def __init__(self, op_type, stream):
        self.op_type = op_type
        self.stream = stream
        self.attr = acl.op.create_attr()

    def run(self, inputs, outputs):
        ret = acl.op.execute_v2(
            self.op_type,
            [tensor.desc for tensor in inputs],
            [tensor.buffer for tensor in inputs],
            [tensor.desc for tensor in outputs],
            [tensor.buffer for tensor in outputs],
            self.attr,
            self.stream,
        )
        check_ret("acl.op.execute_v2", ret)

    def release(self):
        acl.op.destroy_attr(self.attr)


def main(model_path, images):
    check_ret("acl.init", acl.init())
    check_ret("acl.rt.set_device", acl.rt.set_device(0))
    stream, ret = acl.rt.create_stream()
    check_ret("acl.rt.create_stream", ret)
    check_ret("acl.op.set_model_dir", acl.op.set_model_dir(str(Path(model_path).parent)))

    rows = images.reshape(len(images), -1)
    x = Tensor(rows.shape, ACL_FLOAT, NPY_FLOAT, rows.astype(np.float32))
    product = Tensor((len(rows), len(rows)), ACL_FLOAT, NPY_FLOAT)
    total = Tensor((len(rows), len(rows)), ACL_FLOAT, NPY_FLOAT)
    half = Tensor((len(rows), len(rows)), ACL_FLOAT16, NPY_HALF)

    matmul = SingleOp("MatMul", stream)
    ret = acl.op.set_attr_bool(matmul.attr, "transpose_x1", False)
    check_ret("acl.op.set_attr_bool", ret)
    ret = acl.op.set_attr_bool(matmul.attr, "transpose_x2", True)
    check_ret("acl.op.set_attr_bool", ret)
    matmul.run([x, x], [product])
    add = SingleOp("Add", stream)
    add.run([product, product], [total])
    cast, ret = acl.op.create_handle_for_cast(total.desc, half.desc, 0)
    check_ret("acl.op.create_handle_for_cast", ret)
    ret = acl.op.execute_with_handle(cast, [total.buffer], [half.buffer], stream)
    check_ret("acl.op.execute_with_handle", ret)
    check_ret("acl.rt.synchronize_stream", acl.rt.synchronize_stream(stream))
    result = half.to_host()

    acl.op.destroy_handle(cast)
    for item in (matmul, add, x, product, total, half):
        item.release()
    check_ret("acl.rt.destroy_stream", acl.rt.destroy_stream(stream))
    check_ret("acl.rt.reset_device", acl.rt.reset_device(0))
    check_ret("acl.finalize", acl.finalize())
    return result
