// The kernel's core: a batch in, descriptors and output region filled in. Knows nothing of
// Node; everything it is handed is checked, whoever made it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "token_index.h"

namespace sluice {

/// Results of process_batch() below 0: which check of workers/kernel/portable-kernel.ts failed.
constexpr int32_t kBadHeader = -1;
constexpr int32_t kBadFrame = -2;

/// Decides and writes every frame that is plainly good. The others stay UNDECIDED, with nothing
/// written for them, and control[OUT_END] says where their output may go on.
///
/// control: `word_count` words; bytes: the arena, `byte_count` bytes. Only the kernel's words
/// and the output region are written. Returns how many frames are left UNDECIDED, or what is
/// wrong with the batch. ids: the id store, of kIdSlots slots. tokens: this thread's.
int32_t process_batch(int32_t* control, size_t word_count, uint8_t* bytes, size_t byte_count,
                      uint8_t* ids, TokenIndex* tokens);

}  // namespace sluice
