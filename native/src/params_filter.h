// Which messages have something in their params that a multiplexer has to rewrite.
#pragma once

#include "frame_writer.h"

namespace sluice {

/// True where workers/kernel/params-scanner.ts may find something: then the frame is the portable
/// kernel's. Requests may have progress tokens, however their names are spelled; of the
/// notifications, those of cancelling and progress name ids and tokens, those of documents URIs.
bool needs_a_look(const FrameToWrite& frame);

/// False where no member in [at, end) can have the name of a progress token, nor one that a parser which
/// ignores case takes for it: all of these end with "token", and a quote.
bool may_name_token(const uint8_t* at, const uint8_t* end);

}  // namespace sluice
