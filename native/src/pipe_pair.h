#pragma once

#include <cstddef>

namespace sluice {

/// A pipe whose ends no other process inherits: ends[0] is read from, ends[1] written to.
/// Returns 0, or the errno of what failed; then nothing is open.
int open_pipe(int ends[2]);

/// Writes to an end that does not block; returns how many bytes were written, 0 also where it failed.
size_t write_now(int end, const void* bytes, size_t length);

}  // namespace sluice
