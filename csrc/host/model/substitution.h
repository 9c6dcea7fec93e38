// What runs where a program names a file. Where X.om stands beside X.host.om, which `ascendcl
// compile --like X.om` made, it is the latter (docs/compile.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/model/om_file.h"

namespace ascendcl::host::model {

// What to do about a file that the engine cannot run, for the end of a refusal.
inline constexpr char kWayOut[] =
    "To run it here, compile the model that it was made from: ascendcl compile model.onnx --like "
    "X.om (X.om: this file)";

struct Substitution {
    std::string file;       // as the program named it
    std::string host_file;  // that runs in its place
};

class NamedFile {
   public:
    // Throws Failure: as OmFile::open for either file, 500002 for an X.host.om that was made for
    // another file or for none, or that somebody else put into a folder that everybody may write
    // to. Of X.om nothing is looked at but its hash.
    static NamedFile open(const char *path,
                          om::FileContent::Extent extent = om::FileContent::Extent::kAll);

    // One that nothing stands beside.
    explicit NamedFile(OmFile file) : file_(std::move(file)) {}

    // Answers what `use` makes of the file; failures name it where it is a substitute.
    template <typename Use>
    auto read(Use &&use) const {
        try {
            return use(file_);
        } catch (Failure &failure) {
            if (!substitution_.host_file.empty()) explain(failure);
            throw;
        }
    }

    // A model of it was loaded: tells of a substitution, once for each file and content.
    void tell_loaded() const;

   private:
    void explain(Failure &failure) const;

    OmFile file_;
    Substitution substitution_;
    std::string hash_;  // of what it stands for
};

// Answers 0 for a report that it does not take.
using SubstitutionSink = int (*)(const char *report);
void set_substitution_sink(SubstitutionSink sink) noexcept;

// All that were loaded in this process, each once. They stay where they are.
std::vector<const Substitution *> substitutions();

}  // namespace ascendcl::host::model
