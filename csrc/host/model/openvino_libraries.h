// Which OpenVINO the engine gets: loaded before the engine, which then finds it by its name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace ascendcl::host::model {

class OpenvinoLibraries {
   public:
    // Loads OpenVINO from the folder that ASCENDCL_OPENVINO_LIBS names, else from `given`, which
    // may be empty, else from the folder openvino beside this library; from none of them where
    // they have none: the engine knows one place more, and the loader others. Throws
    // Failure(500001) for a folder of the environment that has none.
    explicit OpenvinoLibraries(const std::string &given);

    // Throws Failure(500001) unless `engine` got the OpenVINO that the environment names.
    void require_chosen(void *engine) const;

    // What to do about an engine that did not open, for which the loader has these words.
    std::string advice(const std::string &loader_words) const;

   private:
    std::filesystem::path chosen_;  // by ASCENDCL_OPENVINO_LIBS
    std::string trouble_;           // with another folder that was looked into
};

}  // namespace ascendcl::host::model
