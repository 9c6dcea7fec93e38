// The file beside, its hash, and who may have put it there.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/substitution.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string_view>

#include "host/checks/trace.h"
#include "host/report/log.h"
#include "om/host_ir.h"
#include "om/sha256.h"

namespace ascendcl::host::model {
namespace {

constexpr std::string_view kEnding = ".om";
constexpr std::string_view kHostEnding = ".host.om";

std::atomic<SubstitutionSink> substitution_sink{nullptr};

bool ends_with(std::string_view text, std::string_view end) noexcept {
    return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

// "X.host.om" of "X.om"; empty where the path has no such neighbour.
std::string host_file_of(std::string_view path) {
    if (!ends_with(path, kEnding) || ends_with(path, kHostEnding)) return {};
    return std::string(path.substr(0, path.size() - kEnding.size())).append(kHostEnding);
}

// What cannot be looked at exists: opening it tells why. A link that leads nowhere exists, too.
bool exists(const std::string &path, struct stat &status) noexcept {
    return ::lstat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

std::string remedy(const Substitution &files) {
    return "compile it again (ascendcl compile model.onnx --like " + files.file +
           ") or delete it, and " + files.file + " itself is used";
}

std::string named(const Substitution &files) {
    return files.host_file + ", which would run in the place of " + files.file + ", ";
}

// What says that a file is the one that was hashed: nobody can set st_ctim.
using Version = std::array<int64_t, 6>;

Version version_of(const struct stat &status) noexcept {
    return {
        static_cast<int64_t>(status.st_dev),          static_cast<int64_t>(status.st_ino),
        static_cast<int64_t>(status.st_size),         static_cast<int64_t>(status.st_ctim.tv_sec),
        static_cast<int64_t>(status.st_ctim.tv_nsec), static_cast<int64_t>(status.st_mtim.tv_sec)};
}

// Each content once: a load asks for it as often as a query does, and the file may be large.
// Throws Failure as OmFile::open.
std::string hash_of(const char *path) {
    struct Hashes {
        std::mutex mutex;
        std::map<Version, std::string> all;
    };
    static Hashes &hashes = *new Hashes;  // leaked: threads may outlive static destructors
    struct stat status{};
    const bool is_known = ::stat(path, &status) == 0;
    const Version before = version_of(status);
    if (is_known) {
        const std::lock_guard lock(hashes.mutex);
        const auto found = hashes.all.find(before);
        if (found != hashes.all.end()) return found->second;
    }
    const std::string hash = om::sha256(OmFile::open(path).bytes());
    if (is_known && ::stat(path, &status) == 0 && version_of(status) == before) {
        const std::lock_guard lock(hashes.mutex);
        hashes.all[before] = hash;
    }
    return hash;
}

// In a folder like /tmp anybody can put a file beside another one's, though not replace it.
void require_trusted(const Substitution &files, const struct stat &host) {
    const size_t slash = files.host_file.rfind('/');
    const std::string folder =
        slash == std::string::npos ? "." : files.host_file.substr(0, slash + 1);
    struct stat parent{};
    struct stat original{};
    if (::stat(folder.c_str(), &parent) != 0 || ::lstat(files.file.c_str(), &original) != 0) return;
    const bool is_shared = (parent.st_mode & S_ISVTX) != 0 && (parent.st_mode & S_IWOTH) != 0;
    if (!is_shared || host.st_uid == original.st_uid || host.st_uid == ::geteuid() ||
        host.st_uid == 0)
        return;
    throw Failure{
        ACL_ERROR_GE_FAILURE,
        named(files) +
            "belongs to another user, and anybody may write to their folder: " + remedy(files)};
}

void require_hash(const Substitution &files, const std::string &held, const std::string &hash) {
    if (held == hash) return;
    const std::string why = held.empty() ? "was not made for another file (ascendcl compile --like)"
                                         : "was made for another file: it holds the SHA-256 " +
                                               held + ", " + files.file + " has " + hash;
    throw Failure{ACL_ERROR_GE_FAILURE, named(files) + why + ": " + remedy(files)};
}

// Of all files that were substituted. Leaked: threads may outlive static destructors.
struct Told {
    std::mutex mutex;
    std::list<Substitution> all;
    std::set<std::pair<std::string, std::string>> keys;  // path and hash
};

Told &told() {
    static Told &all = *new Told;
    return all;
}

bool is_news(const Substitution &files, const std::string &hash) {
    Told &before = told();
    const std::lock_guard lock(before.mutex);
    if (!before.keys.insert({files.file, hash}).second) return false;
    before.all.push_back(files);
    return true;
}

}  // namespace

NamedFile NamedFile::open(const char *path, om::FileContent::Extent extent) {
    const std::string host_path = path == nullptr ? std::string() : host_file_of(path);
    struct stat host{};
    if (host_path.empty() || !exists(host_path, host)) return NamedFile(OmFile::open(path, extent));
    const Substitution files{path, host_path};
    const std::string hash = hash_of(path);
    require_trusted(files, host);
    try {
        NamedFile found(OmFile::open(host_path.c_str(), extent));
        found.substitution_ = files;
        found.hash_ = hash;
        const std::string held =
            reading_om(Purpose::kLoad, [&] { return om::like_hash(found.file_.bytes()); });
        require_hash(files, held, hash);
        return found;
    } catch (Failure &failure) {
        if (failure.message.rfind(host_path, 0) != 0)
            failure.message =
                named(files) + "cannot be used (" + failure.message + "): " + remedy(files);
        throw;
    }
}

void NamedFile::explain(Failure &failure) const {
    failure.message = substitution_.host_file + " (in the place of " + substitution_.file +
                      "): " + failure.message;
}

void NamedFile::tell_loaded() const {
    if (substitution_.host_file.empty()) return;
    checks::trace_instant(
        "model", "substituted",
        {{"file", substitution_.file.c_str()}, {"by", substitution_.host_file.c_str()}});
    if (!is_news(substitution_, hash_)) return;
    const std::string report = substitution_.host_file + " runs in the place of " +
                               substitution_.file +
                               ": it was compiled for the host runtime (ascendcl compile --like)";
    if (is_cann_log_on_stdout() && cann_log_level() <= ACL_WARNING)
        write_cann_line(STDOUT_FILENO, ACL_WARNING, "substitution.cpp", __LINE__, report.c_str());
    const SubstitutionSink sink = substitution_sink;
    if (sink != nullptr && sink(report.c_str()) != 0) return;
    std::fprintf(stderr, "ascendcl host runtime: %s\n", report.c_str());
}

void set_substitution_sink(SubstitutionSink sink) noexcept { substitution_sink = sink; }

std::vector<const Substitution *> substitutions() {
    Told &before = told();
    const std::lock_guard lock(before.mutex);
    std::vector<const Substitution *> all;
    for (const Substitution &each : before.all) all.push_back(&each);
    return all;
}

}  // namespace ascendcl::host::model
