#include "id_store.h"

#include <cstring>

namespace sluice {

namespace {

constexpr int32_t kLengthAt = 4;
constexpr int32_t kBytesAt = 5;
constexpr uint8_t kTooLong = 255;

/// The four bytes that begin a slot: little-endian, as the portable kernel writes them.
void spell(int32_t id, uint8_t* out) {
  for (int k = 0; k < kLengthAt; k++) out[k] = static_cast<uint8_t>(static_cast<uint32_t>(id) >> (8 * k));
}

}  // namespace

void IdStore::put(int32_t id, const uint8_t* original, int32_t length) {
  uint8_t* to = slot(id);
  spell(id, to);
  to[kLengthAt] = length > kMaxStoredIdBytes ? kTooLong : static_cast<uint8_t>(length);
  // The caller may have put the store and the arena on the same memory.
  if (length <= kMaxStoredIdBytes) std::memmove(to + kBytesAt, original, static_cast<size_t>(length));
}

int32_t IdStore::get(int32_t id, uint8_t* out) const {
  // Another thread may be writing the slot for another id: it is copied whole, then looked at.
  uint8_t copy[kIdSlotBytes];
  std::memcpy(copy, slot(id), kIdSlotBytes);
  uint8_t expected[kLengthAt];
  spell(id, expected);
  const int32_t length = copy[kLengthAt];
  if (std::memcmp(copy, expected, kLengthAt) != 0 || length > kMaxStoredIdBytes) return -1;
  std::memcpy(out, copy + kBytesAt, static_cast<size_t>(length));
  return length;
}

}  // namespace sluice
