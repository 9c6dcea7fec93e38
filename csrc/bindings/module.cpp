// The extension module ascendcl._acl.
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "bindings/modules.h"

namespace py = pybind11;

PYBIND11_MODULE(_acl, module) {
    using namespace ascendcl;
    module.doc() = "Bindings to libascendcl: pyACL's flat functions and what ascendcl builds on.";

    // Makes pybind11 look up numpy now: it lets go of the GIL for that, and in the middle of a call
    // the thread could then be unwound (without_gil.h).
    py::dtype::of<float>();

    register_acl(module);
    register_enums(module);
    const auto add = [&module](const char *name, const char *doc, auto fill) {
        py::module_ submodule = module.def_submodule(name, doc);
        fill(submodule);
    };
    add("rt", "acl.rt: devices, contexts, streams, events, memory, kernels.", register_rt);
    add("mdl", "acl.mdl: models.", register_mdl);
    add("op", "acl.op: single operators.", register_op);
    add("util", "acl.util: addresses of Python objects, native threads.", register_util);
    add("prof", "acl.prof: profiling.", register_prof);
    add("blas", "acl.blas: matrix products.", register_blas);
    add("fv", "acl.fv: feature retrieval.", register_fv);
    add("media", "acl.media: pictures and video.", [](py::module_ &media) {
        register_media(media);
        register_media_operations(media);
        register_media_video(media);
    });
    add("constants", "The numbers of the ACL headers.", register_constants);

    register_core(module);
    register_om(module);
}
