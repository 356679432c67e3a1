// What goes out for a good frame: workers/kernel/frame-writer.ts.
#pragma once

#include <cstdint>

#include "envelope.h"
#include "id_store.h"
#include "token_index.h"

namespace sluice {

/// Room in the output region: [at, limit).
struct OutputRoom {
  uint8_t* at;
  const uint8_t* limit;
};

/// Whether the action of `op` is one that write_frame() knows. The others (refusals, whatever is
/// new) are the portable kernel's.
inline bool writes_action(int32_t op) {
  const int32_t action = op & 0xff;
  return action == ACTION_PASS || action == ACTION_ECHO || action == ACTION_SCAN ||
         action == ACTION_TO_SERVER || action == ACTION_FROM_SERVER;
}

/// One frame that is to be written.
struct FrameToWrite {
  const uint8_t* bytes;
  int32_t length;
  int32_t op;
  /// ACTION_TO_SERVER: the integer that a request's id becomes.
  int32_t arg;
  const Envelope* envelope;
  /// Of the frame.
  const TokenIndex* tokens;
};

/// The words of a descriptor that say what the action found, side by side as there, from SPAN_A_START on.
struct MultiplexWords {
  static constexpr int kWords = REQUEST_ID - SPAN_A_START + 1;

  int32_t words[kWords];

  int32_t start(FrameWord span) const { return words[span - SPAN_A_START]; }
  int32_t end(FrameWord span) const { return words[span - SPAN_A_START + 1]; }
  bool has(FrameWord span) const { return end(span) != 0; }
};

/// Writes what the action and framing of the frame ask for and moves `room->at` behind it. False,
/// with nothing written, where there is no room, or where the portable kernel has to look
/// into the params. `words` come as zeros.
bool write_frame(const FrameToWrite& frame, IdStore* ids, OutputRoom* room, MultiplexWords* words);

}  // namespace sluice
