// What is held, by channel description and by frame. All of it is guarded by the GIL.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/video_callbacks.h"

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bindings/flat/fields.h"
#include "bindings/flat/function.h"
#include "bindings/python_call.h"
#include "bindings/signals.h"

namespace ascendcl::flat {

namespace {

struct Sent {
    const void *channel_desc;
    py::object callback;
    py::object user_data;
};

struct Held {
    std::unordered_map<const void *, py::object> callbacks;  // by channel description
    std::unordered_map<uintptr_t, Sent> frames;              // by the number that C passes on
    uintptr_t last = 0;
};

Held &held() {
    static auto &only = *new Held;  // leaked: the runtime may call to the very end
    return only;
}

// As a flat function answers: a handler of signals may have raised while the call waited.
py::object answer(aclError code) {
    if (raised_in_wait()) throw py::error_already_set();
    return object_of(code);
}

template <typename Input, typename Output>
void on_frame(const char *what, Input *input, Output *output, void *number) {
    call_python(what, 0, [&] {
        const auto found = held().frames.find(reinterpret_cast<uintptr_t>(number));
        if (found == held().frames.end()) return 0;
        const Sent sent = std::move(found->second);
        held().frames.erase(found);
        call(sent.callback, object_of(input), object_of(output), sent.user_data);
        return 0;
    });
}

void on_decoded(acldvppStreamDesc *input, acldvppPicDesc *output, void *number) {
    on_frame("acl.media.vdec_set_channel_desc_callback", input, output, number);
}

void on_encoded(acldvppPicDesc *input, acldvppStreamDesc *output, void *number) {
    on_frame("acl.media.venc_set_channel_desc_callback", input, output, number);
}

// Objects leave the tables before they are let go: that may run Python.
void set_callable(const void *channel_desc, py::object callback) {
    std::swap(held().callbacks[channel_desc], callback);
}

py::object callable_of(const void *channel_desc) {
    const auto found = held().callbacks.find(channel_desc);
    return found == held().callbacks.end() ? py::none() : found->second;
}

void forget_frames(const void *channel_desc) {
    std::vector<Sent> dropped;
    for (auto entry = held().frames.begin(); entry != held().frames.end();) {
        if (entry->second.channel_desc != channel_desc) {
            ++entry;
            continue;
        }
        dropped.push_back(std::move(entry->second));
        entry = held().frames.erase(entry);
    }
}

// The wait of a last frame has failed, not the frame: its callback may still come.
bool may_still_come(aclError code) {
    return code == ACL_ERROR_RT_REPORT_TIMEOUT || code == ACL_ERROR_RT_WAIT_TIMEOUT;
}

template <typename Send>
py::object send(const void *channel_desc, py::handle user_data, Send &&send_it) {
    const uintptr_t number = ++held().last;
    held().frames.emplace(number, Sent{channel_desc, callable_of(channel_desc),
                                       py::reinterpret_borrow<py::object>(user_data)});
    const aclError code = without_gil([&] { return send_it(reinterpret_cast<void *>(number)); });
    if (code != ACL_SUCCESS && !may_still_come(code)) {
        const auto found = held().frames.find(number);
        if (found != held().frames.end()) {
            const Sent dropped = std::move(found->second);
            held().frames.erase(found);
        }
    }
    return answer(code);
}

template <typename Desc>
py::object destroy_channel(Desc *channel_desc, aclError (*destroy)(Desc *)) {
    const aclError code = without_gil([=] { return destroy(channel_desc); });
    if (code == ACL_SUCCESS || code == ACL_ERROR_RT_REPORT_TIMEOUT) forget_frames(channel_desc);
    return answer(code);
}

template <typename Desc>
py::object destroy_desc(Desc *channel_desc, aclError (*destroy)(Desc *)) {
    // Taken out before another thread can get the same address.
    auto callback = held().callbacks.extract(channel_desc);
    const aclError code = destroy(channel_desc);
    if (code == ACL_SUCCESS) {
        forget_frames(channel_desc);
    } else if (callback) {
        held().callbacks.insert(std::move(callback));
    }
    return object_of(code);
}

// Calls `visit` with a 0 of the C type of such a parameter.
template <typename Visit>
py::object visit_number(aclvencChannelDescParamType type, Visit &&visit) {
    if (type == ACL_VENC_THREAD_ID_UINT64 || type == ACL_VENC_BUF_ADDR_PTR) {
        return visit(uint64_t{0});
    }
    return visit(uint32_t{0});
}

}  // namespace

py::object vdec_set_callback(aclvdecChannelDesc *channel_desc, py::function &callback) {
    const aclError code = aclvdecSetChannelDescCallback(channel_desc, &on_decoded);
    if (code == ACL_SUCCESS) set_callable(channel_desc, callback);
    return object_of(code);
}

py::object venc_set_callback(aclvencChannelDesc *channel_desc, py::function &callback) {
    const aclError code = aclvencSetChannelDescCallback(channel_desc, &on_encoded);
    if (code == ACL_SUCCESS) set_callable(channel_desc, callback);
    return object_of(code);
}

py::object vdec_get_callback(aclvdecChannelDesc *channel_desc) {
    if (aclvdecGetChannelDescCallback(channel_desc) != &on_decoded) return py::none();
    return callable_of(channel_desc);
}

py::object venc_get_callback(aclvencChannelDesc *channel_desc) {
    if (aclvencGetChannelDescCallback(channel_desc) != &on_encoded) return py::none();
    return callable_of(channel_desc);
}

py::object vdec_send_frame(aclvdecChannelDesc *channel_desc, acldvppStreamDesc *input,
                           acldvppPicDesc *output, aclvdecFrameConfig *config,
                           py::handle &user_data) {
    return send(channel_desc, user_data, [=](void *number) {
        return aclvdecSendFrame(channel_desc, input, output, config, number);
    });
}

py::object vdec_send_skipped_frame(aclvdecChannelDesc *channel_desc, acldvppStreamDesc *input,
                                   aclvdecFrameConfig *config, py::handle &user_data) {
    return send(channel_desc, user_data, [=](void *number) {
        return aclvdecSendSkippedFrame(channel_desc, input, config, number);
    });
}

py::object venc_send_frame(aclvencChannelDesc *channel_desc, acldvppPicDesc *input, py::handle &,
                           aclvencFrameConfig *config, py::handle &user_data) {
    return send(channel_desc, user_data, [=](void *number) {
        return aclvencSendFrame(channel_desc, input, nullptr, config, number);
    });
}

py::object vdec_destroy_channel(aclvdecChannelDesc *channel_desc) {
    return destroy_channel(channel_desc, &aclvdecDestroyChannel);
}

py::object venc_destroy_channel(aclvencChannelDesc *channel_desc) {
    return destroy_channel(channel_desc, &aclvencDestroyChannel);
}

py::object vdec_destroy_channel_desc(aclvdecChannelDesc *channel_desc) {
    return destroy_desc(channel_desc, &aclvdecDestroyChannelDesc);
}

py::object venc_destroy_channel_desc(aclvencChannelDesc *channel_desc) {
    return destroy_desc(channel_desc, &aclvencDestroyChannelDesc);
}

py::object venc_set_param(aclvencChannelDesc *channel_desc, aclvencChannelDescParamType param_type,
                          py::handle &param) {
    if (param_type == ACL_VENC_CALLBACK_PTR) {
        if (!PyCallable_Check(param.ptr())) {
            throw py::type_error("'param' must be callable for ACL_VENC_CALLBACK_PTR");
        }
        auto callback = py::reinterpret_borrow<py::function>(param);
        return venc_set_callback(channel_desc, callback);
    }
    return visit_number(param_type, [&](auto value) {
        value = integer_of<decltype(value)>(param, "param");
        return object_of(
            aclvencSetChannelDescParam(channel_desc, param_type, sizeof value, &value));
    });
}

py::object venc_get_param(aclvencChannelDesc *channel_desc,
                          aclvencChannelDescParamType param_type) {
    if (param_type == ACL_VENC_CALLBACK_PTR) {
        return py::make_tuple(venc_get_callback(channel_desc),
                              channel_desc == nullptr ? ACL_ERROR_INVALID_PARAM : ACL_SUCCESS);
    }
    return visit_number(param_type, [&](auto value) {
        size_t written = 0;
        const aclError code =
            aclvencGetChannelDescParam(channel_desc, param_type, sizeof value, &written, &value);
        return py::make_tuple(value, code);
    });
}

}  // namespace ascendcl::flat
