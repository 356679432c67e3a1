// What JSON is (RFC 8259), as plainly as it can be said: the sanitizer tests hold the kernel to it.
// It shares no code with the kernel, and none with simdjson.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

/// Whether [text, text + length) is one JSON value in well-formed UTF-8. Recursive.
bool is_json(const uint8_t* text, size_t length);

}  // namespace sluice
