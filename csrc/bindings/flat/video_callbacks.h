// acl.media's VDEC and VENC functions that have to do with Python callables. The callable is called
// with (input, output, user_data) in the thread that the channel was given; it and the user data
// are held until then. C passes numbers instead of them: a callback that comes when nothing is held
// any more finds nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"

namespace ascendcl::flat {

namespace py = pybind11;

py::object vdec_set_callback(aclvdecChannelDesc *channel_desc, py::function &callback);
py::object venc_set_callback(aclvencChannelDesc *channel_desc, py::function &callback);
// None where no Python callable is set.
py::object vdec_get_callback(aclvdecChannelDesc *channel_desc);
py::object venc_get_callback(aclvencChannelDesc *channel_desc);

py::object vdec_send_frame(aclvdecChannelDesc *channel_desc, acldvppStreamDesc *input,
                           acldvppPicDesc *output, aclvdecFrameConfig *config,
                           py::handle &user_data);
py::object vdec_send_skipped_frame(aclvdecChannelDesc *channel_desc, acldvppStreamDesc *input,
                                   aclvdecFrameConfig *config, py::handle &user_data);
// `reserve` is anything: programs pass 0, None or a stream description.
py::object venc_send_frame(aclvencChannelDesc *channel_desc, acldvppPicDesc *input,
                           py::handle &reserve, aclvencFrameConfig *config, py::handle &user_data);

// These let go of what is held for the channel once nothing can come any more.
py::object vdec_destroy_channel(aclvdecChannelDesc *channel_desc);
py::object venc_destroy_channel(aclvencChannelDesc *channel_desc);
py::object vdec_destroy_channel_desc(aclvdecChannelDesc *channel_desc);
py::object venc_destroy_channel_desc(aclvencChannelDesc *channel_desc);

// The length follows from the type; of the callback `param` is a callable.
py::object venc_set_param(aclvencChannelDesc *channel_desc, aclvencChannelDescParamType param_type,
                          py::handle &param);
py::object venc_get_param(aclvencChannelDesc *channel_desc, aclvencChannelDescParamType param_type);

}  // namespace ascendcl::flat
