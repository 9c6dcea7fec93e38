// The section table of an ELF64 image, as far as finding .text takes.
// SPDX-License-Identifier: Apache-2.0
#include "om/kernels.h"

namespace ascendcl::om {

namespace {

constexpr size_t kHeaderSize = 64;
constexpr uint32_t kMagic = 0x464C457F;  // "\x7F" "ELF"
constexpr uint8_t kClass64 = 2;
constexpr uint8_t kLittleEndian = 1;
constexpr size_t kSectionSize = 64;
constexpr uint32_t kNoBits = 8;  // a section without bytes in the file

struct Section {
    uint32_t name;
    uint32_t type;
    uint64_t offset;
    uint64_t size;
};

}  // namespace

Bytes text_section(Bytes elf) noexcept {
    if (elf.size < kHeaderSize || elf.read<uint32_t>(0) != kMagic ||
        elf.read<uint8_t>(4) != kClass64 || elf.read<uint8_t>(5) != kLittleEndian) {
        return {};
    }
    const auto table = elf.read<uint64_t>(0x28);
    const uint64_t entry_size = elf.read<uint16_t>(0x3A);
    const uint64_t count = elf.read<uint16_t>(0x3C);
    const uint64_t names_index = elf.read<uint16_t>(0x3E);
    if (entry_size < kSectionSize || names_index >= count ||
        !elf.contains(table, entry_size * count)) {
        return {};
    }
    const auto section = [&](uint64_t index) {
        const uint64_t at = table + index * entry_size;
        return Section{elf.read<uint32_t>(at), elf.read<uint32_t>(at + 4),
                       elf.read<uint64_t>(at + 24), elf.read<uint64_t>(at + 32)};
    };
    const Section names = section(names_index);
    if (!elf.contains(names.offset, names.size)) return {};
    const std::string_view texts = elf.slice(names.offset, names.size).text();
    constexpr std::string_view kText(".text\0", 6);
    for (uint64_t i = 0; i < count; ++i) {
        const Section candidate = section(i);
        if (candidate.type == kNoBits || candidate.name >= texts.size() ||
            texts.substr(candidate.name, kText.size()) != kText) {
            continue;
        }
        if (!elf.contains(candidate.offset, candidate.size)) return {};
        return elf.slice(candidate.offset, candidate.size);
    }
    return {};
}

}  // namespace ascendcl::om
