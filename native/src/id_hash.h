// The hash of an id: workers/id-hash.ts is the original.
#pragma once

#include <cstdint>

namespace sluice {

constexpr int32_t kMaxPlainDigits = 15;
constexpr int32_t kMaxHashedIdBytes = 256;

/// The hash of the id of `length` bytes if it has one spelling only; 0 for any other. It goes once over the bytes,
/// which another thread may write on by mistake.
int32_t plain_id_hash(const uint8_t* id, int32_t length);

}  // namespace sluice
