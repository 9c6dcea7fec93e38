# SPDX-License-Identifier: Apache-2.0
"""Handles that are garbage, of another kind, or destroyed."""

from __future__ import annotations

from program import GARBAGE, Model, breaks, device, got, started, stream

import acl


def event() -> int:
    return got(acl.rt.create_event())


@breaks("ACL-019", 107017)
def synchronize_garbage() -> int:
    started()
    return acl.rt.synchronize_stream(GARBAGE)


@breaks("ACL-019", 107017)
def destroy_an_event_as_a_stream() -> int:
    started()
    return acl.rt.destroy_stream(event())


@breaks("ACL-019", 107017)
def record_a_stream() -> int:
    started()
    queue = stream()
    return acl.rt.record_event(queue, queue)


@breaks("ACL-019", 107017)
def wait_for_memory() -> int:
    started()
    return acl.rt.stream_wait_event(stream(), device(64))


@breaks("ACL-019", 107017)
def destroy_garbage_as_an_event() -> int:
    started()
    return acl.rt.destroy_event(GARBAGE)


@breaks("ACL-019", 107002)
def set_garbage_as_context() -> int:
    started()
    return acl.rt.set_context(GARBAGE)


@breaks("ACL-019", 107002)
def destroy_a_stream_as_a_context() -> int:
    started()
    return acl.rt.destroy_context(stream())


@breaks("ACL-019", 107017)
def record_a_notify_that_is_none() -> int:
    started()
    return acl.rt.record_notify(event(), stream())


@breaks("ACL-011", 107017)
def synchronize_a_destroyed_stream() -> int:
    started()
    queue = stream()
    assert acl.rt.destroy_stream(queue) == 0
    return acl.rt.synchronize_stream(queue)


@breaks("ACL-019", 100000)
def add_garbage_to_a_data_set() -> int:
    started()
    _, ret = acl.mdl.add_dataset_buffer(acl.mdl.create_dataset(), GARBAGE)
    return ret


@breaks("ACL-019", 100000)
def add_to_garbage() -> int:
    started()
    _, ret = acl.mdl.add_dataset_buffer(GARBAGE, acl.create_data_buffer(device(64), 64))
    return ret


@breaks("ACL-019", 100000)
def add_memory_to_a_data_set() -> int:
    started()
    _, ret = acl.mdl.add_dataset_buffer(acl.mdl.create_dataset(), device(64))
    return ret


@breaks("ACL-019", 100000)
def destroy_a_buffer_as_a_data_set() -> int:
    started()
    return acl.mdl.destroy_dataset(acl.create_data_buffer(device(64), 64))


@breaks("ACL-019", 100000)
def destroy_garbage_as_a_buffer() -> int:
    started()
    return acl.destroy_data_buffer(GARBAGE)


@breaks("ACL-019", 100000)
def update_an_odd_address() -> int:
    started()
    return acl.update_data_buffer(acl.create_data_buffer(device(64), 64) + 3, device(64), 64)


@breaks("ACL-019", None)
def ask_garbage_for_its_address() -> int:
    started()
    return acl.get_data_buffer_addr(GARBAGE)


@breaks("ACL-019", None)
def ask_garbage_for_its_size() -> int:
    started()
    return acl.get_data_buffer_size_v2(GARBAGE)


@breaks("ACL-019", None)
def count_the_buffers_of_garbage() -> int:
    started()
    return acl.mdl.get_dataset_num_buffers(GARBAGE)


@breaks("ACL-019", None)
def ask_garbage_for_inputs() -> int:
    started()
    return acl.mdl.get_num_inputs(GARBAGE)


@breaks("ACL-019", 100000)
def describe_into_a_data_set() -> int:
    model = Model()
    return acl.mdl.get_desc(model.sets[0], model.id)


@breaks("ACL-019", None)
def ask_a_buffer_for_its_dims() -> int:
    started()
    return acl.get_tensor_desc_num_dims(acl.create_data_buffer(device(64), 64))


@breaks("ACL-019", None)
def destroy_garbage_as_a_tensor_desc() -> None:
    started()
    acl.destroy_tensor_desc(GARBAGE)


@breaks("ACL-019", None)
def destroy_a_desc_of_a_data_set() -> None:
    model = Model()
    dims, ret = acl.mdl.get_input_dims(model.desc, 0)
    assert ret == 0
    desc = acl.create_tensor_desc(0, dims["dims"], 2)
    got(acl.mdl.set_dataset_tensor_desc(model.sets[0], desc, 0))
    acl.destroy_tensor_desc(acl.mdl.get_dataset_tensor_desc(model.sets[0], 0))


@breaks("ACL-019", 100000)
def set_an_option_of_garbage() -> int:
    started()
    return acl.mdl.set_config_opt(GARBAGE, 0, 1)


@breaks("ACL-019", 100000)
def load_with_a_data_set_as_configuration() -> int:
    started()
    _, ret = acl.mdl.load_with_config(acl.mdl.create_dataset())
    return ret


@breaks("ACL-019", 145003)
def execute_a_model_that_never_was() -> int:
    model = Model()
    return acl.mdl.execute(4711, *model.sets)


@breaks("ACL-019", 145003)
def unload_a_model_that_never_was() -> int:
    started()
    return acl.mdl.unload(4711)


@breaks("ACL-019", 100000)
def execute_with_garbage_as_data_set() -> int:
    model = Model()
    return acl.mdl.execute(model.id, GARBAGE, model.sets[1])


@breaks("ACL-019", 100000)
def execute_with_a_desc_as_data_set() -> int:
    model = Model()
    return acl.mdl.execute(model.id, model.desc, model.sets[1])


@breaks("ACL-019", 107017)
def execute_on_an_event() -> int:
    model = Model()
    return acl.mdl.execute_async(model.id, *model.sets, event())


@breaks("ACL-019", 100000)
def set_an_attribute_of_garbage() -> int:
    started()
    return acl.op.set_attr_bool(GARBAGE, "transpose", True)


@breaks("ACL-019", 100000)
def execute_an_operator_handle_that_is_none() -> int:
    started()
    return acl.op.execute_with_handle(acl.op.create_attr(), [], [], stream())


@breaks("ACL-019", 100000)
def set_a_size_of_garbage_aipp() -> int:
    started()
    return acl.mdl.set_aipp_src_image_size(GARBAGE, 16, 16)
