// Where the elements of a JSON-RPC batch lie: workers/kernel/array-splitter.ts.
#pragma once

#include <cstdint>

#include "frame_writer.h"
#include "token_index.h"

namespace sluice {

/// Writes the bounds of the elements of the array in [frame, frame + length), of `most` elements at most, and moves
/// `room->at` behind them. Returns how many elements there are; -1, with nothing written, where there is no room or
/// it is for the portable kernel to say what is wrong.
int32_t split_array(const uint8_t* frame, int32_t length, int32_t most, TokenIndex* tokens,
                    OutputRoom* room);

}  // namespace sluice
