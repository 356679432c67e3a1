// The words of a batch: workers/batch-layout.ts is the original and explains them.
// A test holds the two files together.
#pragma once

#include <cstdint>

namespace sluice {

enum HeaderWord { FRAME_COUNT = 0, OUT_START = 1, OUT_LIMIT = 2, OUT_END = 3, HEADER_WORDS = 16 };

enum FrameWord {
  FLOW = 0,
  OP = 1,
  IN_OFFSET = 2,
  IN_LENGTH = 3,
  ARG = 4,
  VERDICT = 5,
  OUT_OFFSET = 6,
  OUT_LENGTH = 7,
  ID_START = 8,
  ID_END = 9,
  METHOD_START = 10,
  METHOD_END = 11,
  PARAMS_START = 12,
  PARAMS_END = 13,
  RESULT_START = 14,
  RESULT_END = 15,
  ERROR_START = 16,
  ERROR_END = 17,
  FRAME_WORDS = 20
};

/// Verdicts. A bad frame is UNDECIDED here: the portable kernel words what is wrong.
enum Verdict {
  UNDECIDED = 0,
  KIND_REQUEST = 1,
  KIND_NOTIFICATION = 2,
  KIND_RESPONSE = 3,
  KIND_ERROR = 4
};

enum Action { ACTION_PASS = 0, ACTION_ECHO = 1, ACTION_REFUSE = 2, ACTION_SCAN = 3 };

enum Framing { FRAMING_NONE = 0, FRAMING_NDJSON = 1, FRAMING_CONTENT_LENGTH = 2 };

constexpr int64_t INPUT_PADDING_BYTES = 64;

}  // namespace sluice
