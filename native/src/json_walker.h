// A validating walk over JSON (RFC 8259) that builds nothing. It accepts a subset of
// what JSON is, and never anything that is not JSON: the caller hands what it refuses
// to the portable kernel, which decides and words the error. UTF-8 is not its matter:
// saw_non_ascii() says whether somebody has to look.
//
// Every function takes a position and returns the one behind what it walked over, or
// nullptr. Positions may pass the end by a few bytes (a word, a comma) before that is
// noticed, and a block is loaded from at most there: kOverrunBytes in all, which is
// why a frame needs readable bytes behind it. What these bytes are never matters:
// nothing is accepted that reaches past the end.
#pragma once

#include <cstdint>
#include <cstring>

#include "byte_block.h"

namespace sluice {

class JsonWalker {
 public:
  /// How far behind the end of its input the walker may read.
  static constexpr unsigned kOverrunBytes = 48;
  /// Nesting above this is refused: each level costs a stack frame.
  static constexpr int kMaxDepth = 512;

  /// Borrows [begin, end) for its lifetime, and kOverrunBytes readable bytes behind it.
  explicit JsonWalker(const uint8_t* end) : end_(end) {}

  /// Whether the strings walked over have bytes above 0x7f (or bytes right behind them).
  bool saw_non_ascii() const { return seen_.has_non_ascii(); }
  /// Whether there was a raw CR or LF between tokens.
  bool saw_line_break() const { return saw_line_break_; }

  /// First position at or behind `at` that is not whitespace.
  const uint8_t* skip_space(const uint8_t* at) {
    if (*at > ' ') return at;
    if (*at == ' ' && at[1] > ' ') return at + 1;
    return skip_long_space(at);
  }

  /// From behind a colon's key to its value.
  const uint8_t* skip_colon(const uint8_t* at) {
    at = skip_space(at);
    return *at == ':' ? skip_space(at + 1) : nullptr;
  }

  /// `at` is behind the opening quote.
  const uint8_t* skip_string(const uint8_t* at) {
    for (;;) {
      at = skip_plain(at);
      if (at == nullptr) return nullptr;
      if (*at == '"') return at < end_ ? at + 1 : nullptr;
      if (*at != '\\') return nullptr;
      at = skip_escape(at);
      if (at == nullptr) return nullptr;
    }
  }

  /// As skip_string, but refuses escapes.
  const uint8_t* skip_unescaped_string(const uint8_t* at) {
    at = skip_plain(at);
    return at != nullptr && at < end_ && *at == '"' ? at + 1 : nullptr;
  }

  /// `at` is where the value's first byte has to be.
  const uint8_t* skip_value(const uint8_t* at, int depth) {
    if (at >= end_) return nullptr;
    switch (*at) {
      case '"':
        return skip_string(at + 1);
      case '{':
        return depth < kMaxDepth ? skip_object(at + 1, depth + 1) : nullptr;
      case '[':
        return depth < kMaxDepth ? skip_array(at + 1, depth + 1) : nullptr;
      case 't':
        return skip_word(at, "true");
      case 'n':
        return skip_word(at, "null");
      case 'f':
        return skip_word(at + 1, "alse");
      case '-':
        return skip_number(at + 1);
      default:
        return skip_number(at);
    }
  }

  /// Whether the number in [at, end), which is known to be valid, is spelled as an integer.
  static bool is_integer(const uint8_t* at, const uint8_t* end) {
    if (*at == '-') at++;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at == end;
  }

 private:
  const uint8_t* skip_object(const uint8_t* at, int depth);
  const uint8_t* skip_array(const uint8_t* at, int depth);
  const uint8_t* skip_long_space(const uint8_t* at);
  const uint8_t* skip_long_plain(const uint8_t* at);
  const uint8_t* skip_escape(const uint8_t* at) const;
  const uint8_t* skip_fraction(const uint8_t* at) const;

  /// To the first quote, backslash or control character at or behind `at`.
  const uint8_t* skip_plain(const uint8_t* at) {
    const ByteBlock block = ByteBlock::load(at);
    seen_ = seen_ | block;
    const unsigned stop = block.first_string_stop();
    // A branch, not an addition: the next block is loaded before this one is understood.
    return stop != ByteBlock::kSize ? at + stop : skip_long_plain(at + ByteBlock::kSize);
  }

  static const uint8_t* skip_word(const uint8_t* at, const char* four_letters) {
    return std::memcmp(at, four_letters, 4) == 0 ? at + 4 : nullptr;
  }

  /// At least one digit; nullptr also where they reach the end, for no number ends a frame.
  const uint8_t* skip_digits(const uint8_t* at) const {
    const unsigned count = ByteBlock::load(at).first_non_digit();
    if (count == 0) return nullptr;
    at += count;
    while (*at >= '0' && *at <= '9' && at < end_) at++;
    return at < end_ ? at : nullptr;
  }

  /// `at` is behind the minus sign.
  const uint8_t* skip_number(const uint8_t* at) const {
    const uint8_t* behind = skip_digits(at);
    if (behind == nullptr || (*at == '0' && behind != at + 1)) return nullptr;
    if (*behind != '.' && (*behind | 0x20) != 'e') return behind;
    return skip_fraction(behind);
  }

  const uint8_t* end_;
  ByteBlock seen_ = ByteBlock::zero();
  bool saw_line_break_ = false;
};

}  // namespace sluice
