// What a frame is and where its members are: workers/kernel/envelope.ts, for frames
// that are plainly good.
#pragma once

#include <cstdint>

#include "batch_layout.h"
#include "token_index.h"

namespace sluice {

/// Spans [start, end) in the frame, side by side as in a descriptor, from ID_START on.
struct Envelope {
  static constexpr int kWords = ERROR_END - ID_START + 1;

  int32_t verdict = UNDECIDED;
  bool has_line_break = false;
  /// A member's name can be taken for one of the envelope.
  bool has_lookalike = false;
  int32_t words[kWords] = {};

  int32_t start(FrameWord member) const { return words[member - ID_START]; }
  int32_t end(FrameWord member) const { return words[member - ID_START + 1]; }
  bool has(FrameWord member) const { return end(member) != 0; }
};

/// Validates the frame in [frame, frame + length) and finds its envelope. False where
/// the portable kernel has to decide; `envelope`, which is a new one, then holds nothing of use.
/// Reads up to JsonWalker::kOverrunBytes behind the frame. `tokens` belongs to this thread.
bool scan_envelope(const uint8_t* frame, int32_t length, TokenIndex* tokens, Envelope* envelope);

}  // namespace sluice
