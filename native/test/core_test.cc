// The core under sanitizers: generated frames, tight output regions, hostile words. Not a test
// of results, which the TypeScript suite compares between both kernels, but of memory.
//
//     core_test [rounds] [seed]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "batch_processor.h"
#include "checked_batch.h"
#include "frame_generator.h"
#include "line_splitter.h"

using sluice::CheckedBatch;
using sluice::FrameGenerator;

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "broken: %s\n", what);
  std::exit(1);
}

int32_t any_op(FrameGenerator& random) {
  return static_cast<int32_t>(random.below(6) | random.below(4) << 8 | random.below(2) << 16);
}

/// Actions that the addon does itself.
int32_t own_op(FrameGenerator& random) {
  static const int32_t kActions[] = {sluice::ACTION_PASS, sluice::ACTION_ECHO, sluice::ACTION_SCAN};
  return static_cast<int32_t>(kActions[random.below(3)] | random.below(3) << 8);
}

std::vector<std::string> frames(FrameGenerator& random, bool plain) {
  std::vector<std::string> list;
  for (uint32_t count = random.below(8); count > 0; count--) {
    list.push_back(plain ? random.plain_message() : random.doubtful_frame());
  }
  return list;
}

void plain_messages_are_decided(FrameGenerator& random) {
  CheckedBatch batch(frames(random, true), own_op(random), 0);
  if (batch.run() != 0) fail("a plain message was not decided");
}

void doubtful_frames_stay_inside(FrameGenerator& random) {
  CheckedBatch(frames(random, false), any_op(random), 0).run();
}

void output_regions_may_be_too_small(FrameGenerator& random) {
  CheckedBatch(frames(random, true), own_op(random), -static_cast<int64_t>(random.below(2000))).run();
}

void one_hostile_word_is_noticed(FrameGenerator& random) {
  CheckedBatch batch(frames(random, random.below(2) == 0), any_op(random), 0);
  std::vector<int32_t>& control = batch.control();
  const uint32_t at = random.below(3) == 0 ? random.below(4)
                                           : random.below(static_cast<uint32_t>(control.size()));
  control[at] = random.hostile_word(static_cast<int64_t>(batch.bytes().size()));
  batch.run();
}

void nothing_but_hostile_words(FrameGenerator& random) {
  CheckedBatch batch(random.below(120), random.below(300));
  const int64_t size = static_cast<int64_t>(batch.bytes().size());
  for (int32_t& word : batch.control()) word = random.hostile_word(size);
  if (random.below(2) == 0 && batch.control().size() > sluice::OUT_LIMIT) {
    batch.control()[sluice::FRAME_COUNT] = static_cast<int32_t>(random.below(4));
    batch.control()[sluice::OUT_START] = static_cast<int32_t>(random.below(300));
    batch.control()[sluice::OUT_LIMIT] = static_cast<int32_t>(size);
  }
  batch.run();
}

void lines_are_found(FrameGenerator& random) {
  std::vector<uint8_t> bytes(random.below(300));
  for (uint8_t& byte : bytes) byte = random.below(5) == 0 ? '\n' : 'x';
  std::vector<int32_t> ends(random.below(40));
  const size_t from = random.below(static_cast<uint32_t>(bytes.size()) + 1);
  const size_t found =
      sluice::split_lines(bytes.data(), from, bytes.size(), ends.data(), ends.size());
  if (found > ends.size()) fail("more lines than there is room for");
  for (size_t k = 0; k < found; k++) {
    if (bytes[static_cast<size_t>(ends[k])] != '\n') fail("a line ends without a line feed");
  }
}

void depth_is_bounded() {
  for (size_t depth : {511, 512, 513, 100000}) {
    const std::string open(depth, '[');
    CheckedBatch({"{\"method\":\"m\",\"params\":" + open + std::string(depth, ']') + "}"}, 0, 0).run();
    CheckedBatch({"{\"method\":\"m\",\"params\":" + open}, 0, 0).run();
  }
}

}  // namespace

int main(int count, char** arguments) {
  const long rounds = count > 1 ? std::atol(arguments[1]) : 50000;
  const uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
  FrameGenerator random(seed * 0x9E3779B97F4A7C15ULL | 1);
  depth_is_bounded();
  for (long round = 0; round < rounds; round++) {
    plain_messages_are_decided(random);
    doubtful_frames_stay_inside(random);
    output_regions_may_be_too_small(random);
    one_hostile_word_is_noticed(random);
    nothing_but_hostile_words(random);
    lines_are_found(random);
  }
  std::printf("core_test: %ld rounds with seed %llu, nothing broken\n", rounds,
              static_cast<unsigned long long>(seed));
  return 0;
}
