// A batch in memory of exactly the right size, so that AddressSanitizer sees every step
// outside it, and with checks of what process_batch() promises. A broken promise aborts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "batch_layout.h"

namespace sluice {

class CheckedBatch {
 public:
  /// An arena of `byte_count` bytes and `word_count` words, filled with what is least welcome.
  CheckedBatch(size_t word_count, size_t byte_count);

  /// The frames side by side, all with the same op, and `spare` bytes more output room than
  /// `frames` could need (or fewer, below 0).
  CheckedBatch(const std::vector<std::string>& frames, int32_t op, int64_t spare);

  std::vector<int32_t>& control() { return control_; }
  std::vector<uint8_t>& bytes() { return bytes_; }
  int32_t* descriptor(size_t frame) { return &control_[HEADER_WORDS + frame * FRAME_WORDS]; }

  /// Runs the batch and checks bounds, spans, outputs, and that what was accepted is JSON.
  /// Returns what process_batch() returned.
  int32_t run();

  /// Runs the batch and checks nothing: for memory that changes meanwhile.
  int32_t run_unchecked();

 private:
  void check_bounds(const int32_t* words);
  void check_frame(size_t frame, int64_t out_begin, int64_t out_end);

  std::vector<int32_t> control_;
  std::vector<uint8_t> bytes_;
};

}  // namespace sluice
