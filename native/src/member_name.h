// The names of the members that a kernel looks for.
#pragma once

#include <cstdint>
#include <cstring>

#include "batch_layout.h"

namespace sluice {

/// Whether the `length` bytes at `name` are `expected`. Compiles to a compare or two.
template <unsigned kSize>
inline bool is_name(const uint8_t* name, int64_t length, const char (&expected)[kSize]) {
  return length == kSize - 1 && std::memcmp(name, expected, kSize - 1) == 0;
}

/// No word of a descriptor.
constexpr FrameWord NO_WORD = FRAME_WORDS;

/// The word at which the span of an envelope member begins; NO_WORD for any other name.
inline FrameWord envelope_member(const uint8_t* name, int64_t length) {
  if (length == 2) return is_name(name, length, "id") ? ID_START : NO_WORD;
  if (length == 5) return is_name(name, length, "error") ? ERROR_START : NO_WORD;
  if (length != 6) return NO_WORD;
  switch (name[0]) {
    case 'm':
      return is_name(name, length, "method") ? METHOD_START : NO_WORD;
    case 'p':
      return is_name(name, length, "params") ? PARAMS_START : NO_WORD;
    case 'r':
      return is_name(name, length, "result") ? RESULT_START : NO_WORD;
    default:
      return NO_WORD;
  }
}

/// Whether a parser that ignores case might take the name for that of an envelope member, which it
/// is not. Says so of some that none would: workers/kernel/lookalike.ts then decides.
inline bool may_look_like_member(const uint8_t* name, int64_t length) {
  // The longest are "params" and "result" with an s of two bytes.
  constexpr int64_t kLongest = 7;
  if (length < 2 || length > kLongest) return false;
  switch (name[0] | 0x20) {
    case 'i':
    case 'm':
    case 'p':
    case 'r':
    case 'e':
      break;
    case 0xe4:
      // The first byte of U+0130 and U+0131, which can be taken for an i.
      return true;
    default:
      // "jsonrpc" ends here.
      return false;
  }
  uint8_t lower[kLongest];
  for (int64_t k = 0; k < length; k++) {
    if (name[k] >= 0x80) return true;
    lower[k] = static_cast<uint8_t>(name[k] | 0x20);
  }
  return envelope_member(lower, length) != NO_WORD;
}

}  // namespace sluice
