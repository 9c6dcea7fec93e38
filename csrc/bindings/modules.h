// What module.cpp puts together: one function per Python module or topic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace ascendcl {

// The flat API, each into the module it is given.
void register_acl(pybind11::module_ &module);
void register_rt(pybind11::module_ &module);
void register_mdl(pybind11::module_ &module);
void register_op(pybind11::module_ &module);
void register_util(pybind11::module_ &module);
void register_prof(pybind11::module_ &module);
void register_blas(pybind11::module_ &module);
void register_fv(pybind11::module_ &module);
void register_media(pybind11::module_ &module);
void register_media_operations(pybind11::module_ &module);
void register_media_video(pybind11::module_ &module);

// Enumerations on the module, ACL_* numbers in its submodule `constants`.
void register_enums(pybind11::module_ &module);
void register_constants(pybind11::module_ &module);

}  // namespace ascendcl

// Objects and the .om reader, into the top module.
void register_core(pybind11::module_ &module);
void register_om(pybind11::module_ &module);
