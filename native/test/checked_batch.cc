#include "checked_batch.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "batch_processor.h"
#include "id_store.h"
#include "json_oracle.h"
#include "token_index.h"

#define SLUICE_CHECK(condition)                                                     \
  do {                                                                              \
    if (!(condition)) {                                                             \
      std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);  \
      std::abort();                                                                 \
    }                                                                               \
  } while (false)

namespace sluice {

namespace {

/// Room that an echo, a header, or an id and tokens may need beyond the frame's own length.
constexpr int64_t kReserve = 128;

/// One store for all batches: a new one for each would take longer than the batch.
uint8_t* ids() {
  static std::vector<uint8_t> store(size_t{kIdSlots} * kIdSlotBytes);
  return store.data();
}

/// As in the addon: one for each thread, for all its batches.
TokenIndex* tokens() {
  static thread_local TokenIndex index;
  return &index;
}

}  // namespace

CheckedBatch::CheckedBatch(size_t word_count, size_t byte_count)
    : control_(word_count, 0x5a5a5a5a), bytes_(byte_count, '"') {
  control_.shrink_to_fit();
  bytes_.shrink_to_fit();
}

CheckedBatch::CheckedBatch(const std::vector<std::string>& frames, int32_t op, int64_t spare) {
  int64_t input = 0;
  for (const std::string& frame : frames) input += static_cast<int64_t>(frame.size());
  const int64_t out_start = input + INPUT_PADDING_BYTES;
  int64_t room = input + static_cast<int64_t>(frames.size()) * kReserve + spare;
  if (room < 0) room = 0;
  control_ = std::vector<int32_t>(HEADER_WORDS + frames.size() * FRAME_WORDS, 0x5a5a5a5a);
  bytes_ = std::vector<uint8_t>(static_cast<size_t>(out_start + room), '"');
  control_[FRAME_COUNT] = static_cast<int32_t>(frames.size());
  control_[OUT_START] = static_cast<int32_t>(out_start);
  control_[OUT_LIMIT] = static_cast<int32_t>(out_start + room);
  int32_t at = 0;
  for (size_t k = 0; k < frames.size(); k++) {
    std::memcpy(bytes_.data() + at, frames[k].data(), frames[k].size());
    descriptor(k)[OP] = op;
    descriptor(k)[IN_OFFSET] = at;
    descriptor(k)[IN_LENGTH] = static_cast<int32_t>(frames[k].size());
    at += descriptor(k)[IN_LENGTH];
  }
}

int32_t CheckedBatch::run_unchecked() {
  return process_batch(control_.data(), control_.size(), bytes_.data(), bytes_.size(), ids(),
                       tokens());
}

int32_t CheckedBatch::run() {
  const std::vector<int32_t> control_before = control_;
  const std::vector<uint8_t> bytes_before = bytes_;
  const int32_t undecided = run_unchecked();
  if (undecided == kBadHeader) {
    SLUICE_CHECK(control_ == control_before && bytes_ == bytes_before);
    return undecided;
  }
  const int64_t out_start = control_before[OUT_START];
  const int64_t out_limit = control_before[OUT_LIMIT];
  SLUICE_CHECK(std::equal(bytes_.begin(), bytes_.begin() + out_start, bytes_before.begin()));
  SLUICE_CHECK(std::equal(bytes_.begin() + out_limit, bytes_.end(), bytes_before.begin() + out_limit));
  if (undecided == kBadFrame) return undecided;

  int64_t out = out_start;
  int32_t left = 0;
  for (size_t k = 0; k < static_cast<size_t>(control_before[FRAME_COUNT]); k++) {
    const int32_t* before = &control_before[HEADER_WORDS + k * FRAME_WORDS];
    SLUICE_CHECK(std::equal(before, before + VERDICT, descriptor(k)));
    if (descriptor(k)[VERDICT] == UNDECIDED) {
      left++;
      continue;
    }
    check_frame(k, out, out_limit);
    out += descriptor(k)[OUT_LENGTH];
  }
  SLUICE_CHECK(left == undecided);
  SLUICE_CHECK(control_[OUT_END] == out);
  return undecided;
}

void CheckedBatch::check_frame(size_t frame, int64_t out_begin, int64_t out_end) {
  const int32_t* words = descriptor(frame);
  SLUICE_CHECK(words[VERDICT] >= KIND_REQUEST && words[VERDICT] <= KIND_ARRAY);
  SLUICE_CHECK(words[OUT_OFFSET] == out_begin);
  SLUICE_CHECK(words[OUT_LENGTH] >= 0 && out_begin + words[OUT_LENGTH] <= out_end);
  for (int word = ID_START; word <= SPAN_B_START; word += 2) {
    const int32_t start = words[word];
    const int32_t end = words[word + 1];
    SLUICE_CHECK(start == 0 ? end == 0 : start < end && end < words[IN_LENGTH]);
  }
  SLUICE_CHECK(is_json(bytes_.data() + words[IN_OFFSET], static_cast<size_t>(words[IN_LENGTH])));
  if (words[VERDICT] == KIND_ARRAY) check_bounds(words);
}

/// Of the elements of an array: each is JSON.
void CheckedBatch::check_bounds(const int32_t* words) {
  const int32_t count = words[REQUEST_ID];
  const int32_t given = std::max(0, std::min(count, words[ARG]));
  SLUICE_CHECK(count >= 0 && words[OUT_LENGTH] == (given == 0 ? 0 : 4 * (given + 1)));
  if (given == 0) return;
  std::vector<int32_t> bounds(static_cast<size_t>(words[OUT_LENGTH]) / 4);
  std::memcpy(bounds.data(), bytes_.data() + words[OUT_OFFSET], static_cast<size_t>(words[OUT_LENGTH]));
  for (size_t k = 1; k < bounds.size(); k++) {
    const int32_t length = bounds[k] - 1 - bounds[k - 1];
    SLUICE_CHECK(bounds[k - 1] > 0 && length > 0 && bounds[k] <= words[IN_LENGTH]);
    SLUICE_CHECK(is_json(bytes_.data() + words[IN_OFFSET] + bounds[k - 1], static_cast<size_t>(length)));
  }
}

}  // namespace sluice
