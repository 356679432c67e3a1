// A validating walk over the tokens of a frame (RFC 8259) that builds nothing. It accepts a
// subset of what JSON is, and never anything that is not JSON: the caller hands what it
// refuses to the portable kernel, which decides and words the error.
//
// TokenIndex has seen to strings, UTF-8 and what lies between tokens. What is left: that tokens
// follow each other as they may, and that escapes, numbers and words are spelled right.
//
// Positions are pointers into the token index, which belongs to this thread. The frame does
// not: another thread may write on it by mistake. So nothing that is read from it is read twice and
// trusted twice, and only the token index says where to go on.
#pragma once

#include <cstdint>
#include <cstring>

#include "byte_block.h"
#include "token_index.h"

namespace sluice {

class JsonWalker {
 public:
  using Token = const uint32_t*;

  /// How far behind the end of the frame the walker may read. What is there never matters.
  static constexpr unsigned kOverrunBytes = 32;
  /// Nesting above this is refused.
  static constexpr int kMaxDepth = 512;

  /// Borrows [frame, end), kOverrunBytes readable bytes behind it, and the tokens of the frame,
  /// of which there is at least one.
  JsonWalker(const uint8_t* frame, const uint8_t* end, const TokenIndex& tokens)
      : frame_(frame), end_(end), first_escape_(end), tokens_end_(tokens.end()) {}

  /// The first byte of a token; of the one behind the last, any byte.
  uint8_t first_byte(Token at) const { return read(frame_ + *at); }

  bool is_end(Token at) const { return at >= tokens_end_; }

  /// Looks for escapes, which have to be spelled right, and for line breaks. Comes first.
  bool scan_text();

  /// Whether there is a raw CR or LF, which in valid JSON lies between tokens.
  bool has_line_break() const { return has_line_break_; }

  /// Whether `at` begins a member: a name, a colon, and something behind them.
  bool is_member(Token at) const {
    return tokens_end_ - at > 2 && first_byte(at) == '"' && first_byte(at + 1) == ':';
  }

  /// Length of the name of the member at `at` between its quotes; -1 where it has an escape.
  int64_t name_length(Token at) const;

  /// The token behind the value that begins at `at`; nullptr where it is none. is_end() of both
  /// may be true.
  Token skip_value(Token at) const;

  /// Offset of the end of the value that begins at offset `start` and is followed by the token `next`.
  uint32_t end_of_value(uint32_t start, Token next) const;

  /// Whether the value, known to be a valid number, is spelled as an integer.
  bool is_integer(uint32_t start, uint32_t end) const {
    const uint8_t* at = frame_ + start;
    if (*at == '-') at++;
    while (at < frame_ + end && *at >= '0' && *at <= '9') at++;
    return at == frame_ + end;
  }

 private:
  /// Once, whatever the compiler thinks of reading again.
  static uint8_t read(const uint8_t* at) { return *static_cast<const volatile uint8_t*>(at); }

  const uint8_t* find_text_stop(const uint8_t* at) const;
  const uint8_t* skip_escape(const uint8_t* at) const;
  bool is_scalar(const uint8_t* at) const;
  const uint8_t* skip_number(const uint8_t* at) const;
  const uint8_t* skip_digits(const uint8_t* at) const;

  const uint8_t* frame_;
  const uint8_t* end_;
  const uint8_t* first_escape_;
  Token tokens_end_;
  bool has_line_break_ = false;
};

}  // namespace sluice
