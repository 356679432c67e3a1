#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice {

/// Offsets of the line feeds in [bytes + from, bytes + byte_count), in order, into
/// ends[0..max_ends). Returns how many there are; max_ends may mean that more follow.
size_t split_lines(const uint8_t* bytes, size_t from, size_t byte_count, int32_t* ends,
                   size_t max_ends);

}  // namespace sluice
