#include "id_hash.h"

namespace sluice {

int32_t plain_id_hash(const uint8_t* id, int32_t length) {
  const bool is_string = length > 0 && id[0] == '"';
  if (length > (is_string ? kMaxHashedIdBytes : kMaxPlainDigits)) return 0;
  uint32_t hash = 0;
  for (int32_t i = 0; i < length; i++) {
    const uint8_t c = id[i];
    if (is_string ? c == '\\' : c < '0' || c > '9') return 0;
    hash = hash * 31 + c;
  }
  return static_cast<int32_t>(hash);
}

}  // namespace sluice
