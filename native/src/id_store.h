// The original ids of requests in flight: workers/id-store.ts is the original and explains
// who may touch a slot when.
#pragma once

#include <cstdint>

namespace sluice {

constexpr int32_t kIdSlots = 131072;
constexpr int32_t kIdSlotBytes = 32;
constexpr int32_t kMaxStoredIdBytes = 27;

/// A view on the store; `bytes` are kIdSlots * kIdSlotBytes.
class IdStore {
 public:
  explicit IdStore(uint8_t* bytes) : bytes_(bytes) {}

  /// Keeps the `length` bytes at `original` as the original of `id`; longer ones are main's.
  void put(int32_t id, const uint8_t* original, int32_t length);

  /// Copies the original of `id` to `out`, which has room for kMaxStoredIdBytes. Returns its
  /// length; -1 where it is not there.
  int32_t get(int32_t id, uint8_t* out) const;

 private:
  uint8_t* slot(int32_t id) const { return bytes_ + (id & (kIdSlots - 1)) * kIdSlotBytes; }

  uint8_t* bytes_;
};

}  // namespace sluice
