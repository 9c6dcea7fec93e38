// RFC 8259 by recursive descent. A recursion is a level of nesting, and those are bounded.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/json.h"

#include <cstdlib>
#include <utility>

namespace ascendcl::host::json {
namespace {

class Parser {
   public:
    explicit Parser(std::string_view text) : text_(text) {}

    std::optional<Value> document() {
        Value value;
        if (!parse_value(value, 0)) return std::nullopt;
        skip_space();
        if (position_ != text_.size()) return std::nullopt;
        return value;
    }

   private:
    bool at(char wanted) const { return position_ < text_.size() && text_[position_] == wanted; }

    bool take(char wanted) {
        if (!at(wanted)) return false;
        ++position_;
        return true;
    }

    bool take(std::string_view word) {
        if (text_.substr(position_, word.size()) != word) return false;
        position_ += word.size();
        return true;
    }

    void skip_space() {
        while (at(' ') || at('\t') || at('\n') || at('\r')) ++position_;
    }

    bool parse_value(Value &value, int depth) {
        skip_space();
        if (at('{')) return depth < kMaxDepth && parse_object(value, depth + 1);
        if (at('[')) return depth < kMaxDepth && parse_array(value, depth + 1);
        if (at('"')) {
            value.type = Value::Type::kString;
            return parse_string(value.string);
        }
        if (take("null")) return true;
        if (take("true") || take("false")) {
            value.type = Value::Type::kBool;
            value.boolean = text_[position_ - 2] == 'u';
            return true;
        }
        return parse_number(value);
    }

    bool parse_object(Value &value, int depth) {
        value.type = Value::Type::kObject;
        ++position_;
        skip_space();
        if (take('}')) return true;
        do {
            skip_space();
            std::string name;
            if (!at('"') || !parse_string(name)) return false;
            skip_space();
            if (!take(':')) return false;
            Value member;
            if (!parse_value(member, depth)) return false;
            value.object.insert_or_assign(std::move(name), std::move(member));
            skip_space();
        } while (take(','));
        return take('}');
    }

    bool parse_array(Value &value, int depth) {
        value.type = Value::Type::kArray;
        ++position_;
        skip_space();
        if (take(']')) return true;
        do {
            value.array.emplace_back();
            if (!parse_value(value.array.back(), depth)) return false;
            skip_space();
        } while (take(','));
        return take(']');
    }

    bool parse_hex(unsigned &code) {
        code = 0;
        for (int digit = 0; digit < 4; ++digit, ++position_) {
            if (position_ >= text_.size()) return false;
            const char c = text_[position_];
            if (c >= '0' && c <= '9') {
                code = code * 16 + static_cast<unsigned>(c - '0');
            } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
                code = code * 16 + static_cast<unsigned>((c | 0x20) - 'a' + 10);
            } else {
                return false;
            }
        }
        return true;
    }

    static void append_utf8(std::string &out, unsigned code) {
        const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
        if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xC0 | code >> 6);
            put(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            put(0xE0 | code >> 12);
            put(0x80 | (code >> 6 & 0x3F));
            put(0x80 | (code & 0x3F));
        } else {
            put(0xF0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3F));
            put(0x80 | (code >> 6 & 0x3F));
            put(0x80 | (code & 0x3F));
        }
    }

    bool parse_unicode(std::string &out) {
        unsigned code;
        if (!parse_hex(code)) return false;
        if (code >= 0xDC00 && code < 0xE000) return false;  // a low surrogate alone
        if (code >= 0xD800 && code < 0xDC00) {
            unsigned low;
            if (!take("\\u") || !parse_hex(low) || low < 0xDC00 || low >= 0xE000) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(out, code);
        return true;
    }

    bool parse_string(std::string &out) {
        ++position_;
        while (position_ < text_.size()) {
            const char c = text_[position_++];
            if (c == '"') return true;
            if (static_cast<unsigned char>(c) < 0x20) return false;
            if (c != '\\') {
                out.push_back(c);
                continue;
            }
            if (position_ >= text_.size()) return false;
            const char escape = text_[position_++];
            constexpr std::string_view kNames = "\"\\/bfnrt";
            constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
            const size_t index = kNames.find(escape);
            if (index != std::string_view::npos) {
                out.push_back(kCharacters[index]);
            } else if (escape != 'u' || !parse_unicode(out)) {
                return false;
            }
        }
        return false;
    }

    bool take_digits() {
        const size_t start = position_;
        while (position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9') {
            ++position_;
        }
        return position_ > start;
    }

    bool parse_number(Value &value) {
        const size_t start = position_;
        take('-');
        if (!take('0') && !take_digits()) return false;
        if (take('.') && !take_digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!take_digits()) return false;
        }
        value.type = Value::Type::kNumber;
        value.number =
            std::strtod(std::string(text_.substr(start, position_ - start)).c_str(), nullptr);
        return true;
    }

    const std::string_view text_;
    size_t position_ = 0;
};

}  // namespace

const Value *Value::member(const std::string &name) const {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &found->second;
}

std::optional<Value> parse(std::string_view text) { return Parser(text).document(); }

}  // namespace ascendcl::host::json
