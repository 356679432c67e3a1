#pragma once

namespace sluice {

/// A pipe whose ends no other process inherits: ends[0] is read from, ends[1] written to.
/// Returns 0, or the errno of what failed; then nothing is open.
int open_pipe(int ends[2]);

}  // namespace sluice
