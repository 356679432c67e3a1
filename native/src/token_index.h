// Where the tokens of a frame begin: simdjson's stage 1, dispatched to the processor's widest
// instructions at run time. The only files that know simdjson.
#pragma once

#include <cstdint>
#include <memory>

namespace simdjson {
namespace internal {
class dom_parser_implementation;
}
}  // namespace simdjson

namespace sluice {

/// One for each thread, for all its frames. Holds memory of 4 bytes for each byte of the longest
/// frame so far, so that frames allocate nothing once the longest has been there. That for frames
/// above kMaxOwnBytes all threads share: a spare one serves until free_unused() finds it idle.
class TokenIndex {
 public:
  /// A thread keeps four times this at most for itself.
  static constexpr int32_t kMaxOwnBytes = 2 * 1024 * 1024;

  TokenIndex();
  ~TokenIndex();
  TokenIndex(const TokenIndex&) = delete;
  TokenIndex& operator=(const TokenIndex&) = delete;

  /// Finds the tokens of [frame, frame + length). True promises that the frame is well-formed UTF-8,
  /// that each string has its closing quote and no control characters, and that between tokens
  /// there is whitespace only. False also where there is no memory.
  ///
  /// A token: a string, one of {}[]:, or any other run of bytes.
  bool scan(const uint8_t* frame, int32_t length);

  /// The offsets of the tokens' first bytes, in order, until the next scan(); end()[0] and
  /// end()[1] are readable and lie in the frame or right behind it.
  const uint32_t* begin() const { return begin_; }
  const uint32_t* end() const { return end_; }

  /// Comes after each batch: the memory of its large frames is spare now.
  void release_large();

  /// Frees the spare memory that no frame has used since the last call. Any thread. Before the first call
  /// nothing is kept: that is the promise that others follow.
  static void free_unused();

  /// How often memory was allocated: a test holds it still.
  uint32_t allocations() const { return allocations_; }

 private:
  using Parser = simdjson::internal::dom_parser_implementation;

  Parser* parser_for(int32_t length);

  std::unique_ptr<Parser> own_;
  std::unique_ptr<Parser> large_;
  const uint32_t* begin_ = nullptr;
  const uint32_t* end_ = nullptr;
  uint32_t allocations_ = 0;
};

/// The instruction set that simdjson has chosen for this processor ("haswell", ...).
const char* instruction_set();

}  // namespace sluice
