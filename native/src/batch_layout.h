// The words of a batch: workers/batch-layout.ts is the original and explains them.
// A test holds the two files together.
#pragma once

#include <cstdint>

namespace sluice {

constexpr int KERNEL_REVISION = 14;

enum HeaderWord { FRAME_COUNT = 0, OUT_START = 1, OUT_LIMIT = 2, OUT_END = 3, HEADER_WORDS = 16 };

enum FrameWord {
  OP = 0,
  IN_OFFSET = 1,
  IN_LENGTH = 2,
  ARG = 3,
  VERDICT = 4,
  OUT_OFFSET = 5,
  OUT_LENGTH = 6,
  ID_START = 7,
  ID_END = 8,
  METHOD_START = 9,
  METHOD_END = 10,
  PARAMS_START = 11,
  PARAMS_END = 12,
  RESULT_START = 13,
  RESULT_END = 14,
  ERROR_START = 15,
  ERROR_END = 16,
  SPAN_A_START = 17,
  SPAN_A_END = 18,
  SPAN_B_START = 19,
  SPAN_B_END = 20,
  REQUEST_ID = 21,
  ELEMENT_COUNT = 21,
  ID_HASH = 21,
  FRAME_WORDS = 22
};

/// Verdicts. A bad frame is UNDECIDED here: the portable kernel words what is wrong.
enum Verdict {
  UNDECIDED = 0,
  KIND_REQUEST = 1,
  KIND_NOTIFICATION = 2,
  KIND_RESPONSE = 3,
  KIND_ERROR = 4,
  KIND_ARRAY = 5
};

enum Action {
  ACTION_PASS = 0,
  ACTION_ECHO = 1,
  ACTION_REFUSE = 2,
  ACTION_SCAN = 3,
  ACTION_TO_SERVER = 4,
  ACTION_FROM_SERVER = 5,
  ACTION_SPLIT = 6
};

enum Framing { FRAMING_NONE = 0, FRAMING_NDJSON = 1, FRAMING_CONTENT_LENGTH = 2 };

constexpr int64_t INPUT_PADDING_BYTES = 64;

}  // namespace sluice
