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

}  // namespace sluice
