// What goes out for a good frame: workers/kernel/frame-writer.ts.
#pragma once

#include <cstdint>

#include "envelope.h"

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
  return action == ACTION_PASS || action == ACTION_ECHO || action == ACTION_SCAN;
}

/// Writes what the action and framing of `op` ask for and moves `room->at` behind it. False,
/// with nothing written, where there is no room.
bool write_frame(const uint8_t* frame, int32_t length, int32_t op, const Envelope& envelope,
                 OutputRoom* room);

}  // namespace sluice
