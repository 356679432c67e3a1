#include "array_splitter.h"

#include <cstring>

#include "json_walker.h"

namespace sluice {

namespace {

/// The bounds of elements, as 32-bit words.
class Bounds {
 public:
  explicit Bounds(const OutputRoom& room) : at_(room.at), limit_(room.limit) {}

  bool add(uint32_t bound) {
    if (limit_ - at_ < static_cast<ptrdiff_t>(sizeof bound)) return false;
    std::memcpy(at_, &bound, sizeof bound);
    at_ += sizeof bound;
    return true;
  }

  uint8_t* end() const { return at_; }

 private:
  uint8_t* at_;
  const uint8_t* limit_;
};

}  // namespace

int32_t split_array(const uint8_t* frame, int32_t length, int32_t most, TokenIndex* tokens,
                    OutputRoom* room) {
  if (!tokens->scan(frame, length)) return -1;
  JsonWalker json(frame, frame + length, *tokens);
  JsonWalker::Token at = tokens->begin();
  if (!json.scan_text() || json.first_byte(at) != '[' || json.is_end(at + 1)) return -1;
  Bounds bounds(*room);
  uint32_t start = *at + 1;
  at++;
  if (json.first_byte(at) == ']') return json.is_end(at + 1) ? 0 : -1;
  int32_t count = 0;
  for (;;) {
    at = json.skip_value(at);
    if (at == nullptr || json.is_end(at)) return -1;
    const uint8_t next = json.first_byte(at);
    if (next != ',' && next != ']') return -1;
    if (count == 0 && most > 0 && !bounds.add(start)) return -1;
    if (count < most && !bounds.add(*at + 1)) return -1;
    count++;
    at++;
    if (next == ']') break;
    if (json.is_end(at)) return -1;
  }
  if (!json.is_end(at)) return -1;
  room->at = bounds.end();
  return count;
}

}  // namespace sluice
