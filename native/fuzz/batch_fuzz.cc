// libFuzzer target. The first byte says what the rest is: frames, separated by 0xfe (a byte
// that UTF-8 does not have), or raw words of a batch with an arena behind them.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "checked_batch.h"

namespace {

constexpr uint8_t kSeparator = 0xfe;
constexpr size_t kMaxWords = 64;

void run_frames(const uint8_t* data, size_t size, uint8_t mode) {
  std::vector<std::string> frames(1);
  for (size_t k = 0; k < size; k++) {
    if (data[k] == kSeparator) frames.emplace_back();
    else frames.back() += static_cast<char>(data[k]);
  }
  const int32_t op = (mode & 7) | (mode >> 3 & 3) << 8;
  const int64_t spare = mode & 0x40 ? -static_cast<int64_t>(size) : 0;
  sluice::CheckedBatch(frames, op, spare).run();
}

void run_words(const uint8_t* data, size_t size) {
  const size_t words = size / 4 < kMaxWords ? size / 4 : kMaxWords;
  sluice::CheckedBatch batch(words, size - words * 4);
  if (words > 0) std::memcpy(batch.control().data(), data, words * 4);
  if (size > words * 4) std::memcpy(batch.bytes().data(), data + words * 4, size - words * 4);
  batch.run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  if (data[0] & 0x80) run_words(data + 1, size - 1);
  else run_frames(data + 1, size - 1, data[0]);
  return 0;
}
