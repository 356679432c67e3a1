#include "json_walker.h"

namespace sluice {

namespace {

bool is_hex(uint8_t c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

}  // namespace

const uint8_t* JsonWalker::skip_object(const uint8_t* at, int depth) {
  at = skip_space(at);
  if (*at == '}') return at < end_ ? at + 1 : nullptr;
  for (;;) {
    if (*at != '"' || at >= end_) return nullptr;
    at = skip_string(at + 1);
    if (at == nullptr) return nullptr;
    at = skip_colon(at);
    if (at == nullptr) return nullptr;
    at = skip_value(at, depth);
    if (at == nullptr) return nullptr;
    at = skip_space(at);
    if (*at != ',') return *at == '}' && at < end_ ? at + 1 : nullptr;
    at = skip_space(at + 1);
  }
}

const uint8_t* JsonWalker::skip_array(const uint8_t* at, int depth) {
  at = skip_space(at);
  if (*at == ']') return at < end_ ? at + 1 : nullptr;
  for (;;) {
    at = skip_value(at, depth);
    if (at == nullptr) return nullptr;
    at = skip_space(at);
    if (*at != ',') return *at == ']' && at < end_ ? at + 1 : nullptr;
    at = skip_space(at + 1);
  }
}

const uint8_t* JsonWalker::skip_long_space(const uint8_t* at) {
  while (at < end_) {
    const ByteBlock block = ByteBlock::load(at);
    const unsigned stop = block.first_non_space();
    // A break behind the frame counts too: then a frame without one is flattened in vain.
    saw_line_break_ |= block.first_line_break() < stop;
    at += stop;
    if (stop != ByteBlock::kSize) break;
  }
  return at;
}

const uint8_t* JsonWalker::skip_long_plain(const uint8_t* at) {
  ByteBlock seen = seen_;
  for (;;) {
    if (at >= end_) return nullptr;
    const ByteBlock block = ByteBlock::load(at);
    seen = seen | block;
    const unsigned stop = block.first_string_stop();
    if (stop != ByteBlock::kSize) {
      seen_ = seen;
      return at + stop;
    }
    at += ByteBlock::kSize;
  }
}

const uint8_t* JsonWalker::skip_escape(const uint8_t* at) const {
  switch (at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return at + 2 < end_ ? at + 2 : nullptr;
    case 'u':
      if (!is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]) || !is_hex(at[5])) return nullptr;
      return at + 6 < end_ ? at + 6 : nullptr;
    default:
      return nullptr;
  }
}

/// From the dot or the exponent's letter to behind the number.
const uint8_t* JsonWalker::skip_fraction(const uint8_t* at) const {
  if (*at == '.') at = skip_digits(at + 1);
  if (at == nullptr || (*at | 0x20) != 'e') return at;
  at++;
  return skip_digits(*at == '+' || *at == '-' ? at + 1 : at);
}

}  // namespace sluice
