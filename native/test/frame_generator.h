// Pseudo-random frames: messages in many spellings, and what is nearly one.
#pragma once

#include <cstdint>
#include <string>

namespace sluice {

class FrameGenerator {
 public:
  explicit FrameGenerator(uint64_t seed) : state_(seed) {}

  /// A number in [0, bound).
  uint32_t below(uint32_t bound);
  /// A message that the addon has to decide itself.
  std::string plain_message();
  /// A message with a few bytes changed, or bytes from JSON's alphabet, or any bytes.
  std::string doubtful_frame();
  /// A word of a descriptor that somebody wants to hurt with; `size` is a length nearby.
  int32_t hostile_word(int64_t size);

 private:
  std::string value(int depth);
  std::string string();
  /// Of a member: any, or that of a token.
  std::string name();
  std::string number();
  std::string space();

  uint64_t state_;
};

}  // namespace sluice
