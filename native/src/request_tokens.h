// Where the progress tokens of a request are: workers/kernel/params-scanner.ts, for requests whose
// members have plain names.
#pragma once

#include "frame_writer.h"

namespace sluice {

/// Sets the spans of the request's tokens, 0 where it has none. False where the portable kernel has to look: a
/// name that is spelled with an escape or beyond ASCII, in other case, or twice, or two tokens that mean
/// the same. The frame is JSON, and its params are an object.
bool find_request_tokens(const FrameToWrite& frame, MultiplexWords* words);

}  // namespace sluice
