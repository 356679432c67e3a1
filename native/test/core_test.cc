// The core under sanitizers: generated frames, tight output regions, hostile words. Not a test
// of results, which the TypeScript suite compares between both kernels, but of memory.
//
//     core_test [rounds] [seed]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "batch_processor.h"
#include "checked_batch.h"
#include "frame_generator.h"
#include "line_splitter.h"
#include "params_filter.h"
#include "simdjson.h"
#include "token_index.h"

using sluice::CheckedBatch;
using sluice::FrameGenerator;

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "broken: %s\n", what);
  std::exit(1);
}

int32_t any_op(FrameGenerator& random) {
  return static_cast<int32_t>(random.below(7) | random.below(4) << 8 | random.below(2) << 16);
}

/// Actions that the addon does itself, whatever the params are.
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

void arrays_are_split(FrameGenerator& random) {
  const std::vector<std::string> elements = frames(random, true);
  std::string array = "[";
  for (const std::string& element : elements) array += (array.size() > 1 ? "," : "") + element;
  CheckedBatch batch({array + "]", random.doubtful_frame()}, sluice::ACTION_SPLIT, -static_cast<int64_t>(random.below(300)));
  batch.run();
  CheckedBatch whole({array + "]"}, sluice::ACTION_SPLIT, 0);
  if (whole.run() != 0 || whole.descriptor(0)[sluice::REQUEST_ID] != static_cast<int32_t>(elements.size())) {
    fail("an array was not split");
  }
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

/// The bytes behind a frame belong to others, and behind its padding the arena ends.
void what_follows_never_matters(FrameGenerator& random) {
  static const char kFillers[] = "\"\\]} \n,:[{0e.tnfu\xc3\x00";
  std::string whole = random.below(2) == 0 ? random.plain_message() : random.doubtful_frame();
  if (random.below(4) == 0) {
    const size_t depth = random.below(300);
    whole = "{\"method\":\"m\",\"a\":" + std::string(depth, "[{"[random.below(2)]);
    whole += std::string(random.below(300), ']') + "}";
  }
  const size_t length = random.below(static_cast<uint32_t>(whole.size()) + 1);
  int32_t first = 0;
  for (size_t k = 0; k < sizeof kFillers; k++) {
    CheckedBatch batch({whole.substr(0, length)}, sluice::ACTION_SCAN, -1000000);
    for (size_t at = length; at < batch.bytes().size(); at++) {
      // The last filler is what was cut off.
      if (k + 1 < sizeof kFillers) batch.bytes()[at] = static_cast<uint8_t>(kFillers[k]);
      else if (at < whole.size()) batch.bytes()[at] = static_cast<uint8_t>(whole[at]);
    }
    const int32_t undecided = batch.run();
    if (k == 0) first = undecided;
    if (undecided != first) fail("what follows a frame has changed its verdict");
  }
}

void frames_keep_their_padding(FrameGenerator& random) {
  CheckedBatch batch({random.plain_message()}, sluice::ACTION_SCAN, -1000000);
  const int32_t more = 1 + static_cast<int32_t>(random.below(sluice::INPUT_PADDING_BYTES + 40));
  batch.descriptor(0)[random.below(2) == 0 ? sluice::IN_LENGTH : sluice::IN_OFFSET] += more;
  if (batch.run() != sluice::kBadFrame) fail("a frame without its padding was accepted");
}

/// Requests on their way to a server that many share, and replies on their way back.
void ids_come_back(FrameGenerator& random) {
  const int32_t framing = static_cast<int32_t>(random.below(3) << 8);
  const int32_t id = 1 + static_cast<int32_t>(random.below(INT32_MAX));
  const std::string original = std::to_string(random.below(1000000000));
  CheckedBatch out({"{\"method\":\"m\",\"id\":" + original + "}"}, sluice::ACTION_TO_SERVER | framing, 0);
  out.descriptor(0)[sluice::ARG] = id;
  if (out.run() != 0) fail("a request was not decided");
  const std::string reply = "{\"id\":" + std::to_string(id) + ",\"result\":1}";
  CheckedBatch back({reply}, sluice::ACTION_FROM_SERVER, 0);
  if (back.run() != 0) fail("a reply was not decided");
  const int32_t* words = back.descriptor(0);
  const std::string text(back.bytes().begin() + words[sluice::OUT_OFFSET],
                         back.bytes().begin() + words[sluice::OUT_OFFSET] + words[sluice::OUT_LENGTH]);
  if (text != "{\"id\":" + original + ",\"result\":1}") fail("a reply has not got its id back");
  if (words[sluice::REQUEST_ID] != id) fail("a reply has lost the id of its request");
}

/// Whether a member name can be a token's is found wherever in its blocks it stands, and as a look at each byte
/// finds it.
void token_names_are_found(FrameGenerator& random) {
  static const char* const kParts[] = {"token\"", "TOKEN\"", "To\xe2\x84\xaa" "en\"", "oken\"", "to\xe2\x84kEN\"",
                                       "tok",     "ken\"",   "ke",   "K",    "\\u", "\\", "u", "\xaa", "x"};
  constexpr uint32_t kCount = sizeof kParts / sizeof kParts[0];
  std::string text = std::string(random.below(40), '.');
  for (uint32_t parts = random.below(6); parts > 0; parts--) {
    text += kParts[random.below(kCount)] + std::string(random.below(20), '.');
  }
  bool expected = text.find("\\u") != std::string::npos;
  for (size_t at = 0; at < text.size(); at++) {
    std::string rest = text.substr(at, 8);
    for (char& c : rest) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    expected |= rest.rfind("token\"", 0) == 0 || rest.rfind("to\xe2\x84\xaa" "en\"", 0) == 0;
  }
  // Memory of its own size, so that the sanitizer sees a look beyond it.
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  if (sluice::may_name_token(bytes.data(), bytes.data() + bytes.size()) != expected) {
    fail("the name of a token was not found, or found where none is");
  }
}

/// Runs the batch many times while another thread calls `write`, over and over.
template <typename Write>
void run_while(CheckedBatch& batch, int runs, Write write) {
  std::atomic<bool> is_over{false};
  std::thread other([&] {
    while (!is_over.load(std::memory_order_relaxed)) write();
  });
  for (int k = 0; k < runs; k++) batch.run_unchecked();
  is_over = true;
  other.join();
}

template <typename Item>
void write_now(std::vector<Item>& items, size_t at, Item value) {
  static_cast<volatile Item*>(items.data())[at] = value;
}

/// A defect elsewhere may write on a batch while the kernel has it. Results are then worth nothing,
/// but no step may lead outside the memory.
void memory_changes_meanwhile(FrameGenerator& random) {
  CheckedBatch batch(frames(random, true), any_op(random), 0);
  FrameGenerator other(random.below(INT32_MAX) | 1);
  const int64_t size = static_cast<int64_t>(batch.bytes().size());
  static const char kBytes[] = "\"\\{}[],: \n1-.eutn\xc3";
  run_while(batch, 20, [&] {
    const char byte = kBytes[other.below(sizeof kBytes - 1)];
    write_now(batch.bytes(), other.below(static_cast<uint32_t>(size)), static_cast<uint8_t>(byte));
    if (other.below(8) != 0) return;
    const uint32_t word = other.below(static_cast<uint32_t>(batch.control().size()));
    write_now(batch.control(), word, other.hostile_word(size));
  });
}

/// What was a number when it was walked over is a string, without an end, when it is classified.
void a_value_changes_its_kind_meanwhile() {
  const std::string frame = "{\"method\":1,\"params\":{}}";
  CheckedBatch batch({frame}, sluice::ACTION_TO_SERVER, 0);
  run_while(batch, 200000, [&] {
    write_now(batch.bytes(), frame.find('1'), static_cast<uint8_t>('"'));
    write_now(batch.bytes(), frame.find('1'), static_cast<uint8_t>('1'));
  });
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

/// Threads hand the memory for large frames to each other, and another one frees what is spare.
void large_frames_share_memory() {
  std::atomic<int> at_work{3};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; thread++) {
    threads.emplace_back([&at_work, thread] {
      for (int k = 0; k < 12; k++) {
        const size_t zeros = static_cast<size_t>(sluice::TokenIndex::kMaxOwnBytes) +
                             static_cast<size_t>((k * 7 + thread) % 5) * 300000;
        CheckedBatch batch({"{\"method\":\"n\"}", "{\"id\":1,\"result\":[\"" + std::string(zeros, '0') + "\",1]}"},
                           sluice::ACTION_PASS, 0);
        if (batch.run_unchecked() != 0) fail("a large frame was not decided");
      }
      at_work--;
    });
  }
  while (at_work > 0) {
    sluice::TokenIndex::free_unused();
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
}

void run_rounds(long rounds, uint64_t seed) {
  FrameGenerator random(seed * 0x9E3779B97F4A7C15ULL | 1);
  depth_is_bounded();
  a_value_changes_its_kind_meanwhile();
  large_frames_share_memory();
  for (long round = 0; round < rounds; round++) {
    plain_messages_are_decided(random);
    arrays_are_split(random);
    doubtful_frames_stay_inside(random);
    output_regions_may_be_too_small(random);
    one_hostile_word_is_noticed(random);
    nothing_but_hostile_words(random);
    what_follows_never_matters(random);
    frames_keep_their_padding(random);
    ids_come_back(random);
    token_names_are_found(random);
    lines_are_found(random);
    if (round % 50 == 0) memory_changes_meanwhile(random);
  }
}

}  // namespace

/// The rounds are divided among simdjson's kernels: each that this processor can run, and the one
/// for processors that have none.
int main(int count, char** arguments) {
  const long rounds = count > 1 ? std::atol(arguments[1]) : 50000;
  const uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1;
  std::vector<const simdjson::implementation*> kernels;
  for (const simdjson::implementation* kernel : simdjson::get_available_implementations()) {
    if (kernel->supported_by_runtime_system()) kernels.push_back(kernel);
  }
  const long share = rounds / static_cast<long>(kernels.size()) + 1;
  for (const simdjson::implementation* kernel : kernels) {
    simdjson::get_active_implementation() = kernel;
    // A thread's token index stays with the kernel that it was made for.
    std::thread(run_rounds, share, seed).join();
    std::printf("core_test: %ld rounds with seed %llu on %s, nothing broken\n", share,
                static_cast<unsigned long long>(seed), kernel->name().c_str());
  }
  return 0;
}
