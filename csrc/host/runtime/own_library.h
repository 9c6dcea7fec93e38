// Where this library is, and what the loader says of others: for those that are opened beside it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace ascendcl::host {

// The folder of the file that has the address, links resolved; empty where there is none.
std::filesystem::path folder_of(const void *address);

// The folder that this library is in, links resolved: what lies beside it is found there, however
// the library itself was found.
const std::filesystem::path &own_folder();

// What dlerror() says. Throws std::bad_alloc where that is no memory.
std::string loader_error();

// Opens a library that lies beside this one, else one of that name where the loader looks: a copy
// of one of the two finds the other so. Null where there is none.
void *open_beside(const char *name);

}  // namespace ascendcl::host
