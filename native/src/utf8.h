#pragma once

#include <cstdint>

namespace sluice {

/// Whether [bytes, bytes + length) is well-formed UTF-8. Reads nothing behind it.
bool is_utf8(const uint8_t* bytes, int32_t length);

/// The instruction set that simdjson has chosen for this processor ("haswell", ...).
const char* instruction_set();

}  // namespace sluice
