#pragma once

namespace sluice {

/// Gives memory that was freed, and that the C library keeps for later, back to the system, where that is
/// glibc. Takes its locks one by one: 0.3 ms on a busy small heap, 25 ms for 200 MB.
void trim_heap();

}  // namespace sluice
