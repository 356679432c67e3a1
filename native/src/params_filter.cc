#include "params_filter.h"

#include <cstring>

#include "member_name.h"

namespace sluice {

namespace {

bool contains(const uint8_t* at, const uint8_t* end, const char* what, size_t length) {
  while (end - at >= static_cast<int64_t>(length)) {
    const size_t places = static_cast<size_t>(end - at) - length + 1;
    const void* found = std::memchr(at, what[0], places);
    if (found == nullptr) return false;
    at = static_cast<const uint8_t*>(found);
    if (std::memcmp(at, what, length) == 0) return true;
    at++;
  }
  return false;
}

bool names_an_id_or_token(const uint8_t* method, int64_t length) {
  return is_name(method, length, "notifications/cancelled") ||
         is_name(method, length, "$/cancelRequest") ||
         is_name(method, length, "notifications/progress") ||
         is_name(method, length, "$/progress") ||
         std::memchr(method, '\\', static_cast<size_t>(length)) != nullptr;
}

}  // namespace

bool needs_a_look(const FrameToWrite& frame) {
  const Envelope& envelope = *frame.envelope;
  if (!envelope.has(PARAMS_START)) return false;
  const uint8_t* params = frame.bytes + envelope.start(PARAMS_START);
  if (*params != '{') return false;
  if (envelope.verdict == KIND_REQUEST) {
    const uint8_t* end = frame.bytes + envelope.end(PARAMS_START);
    return contains(params, end, "Token", 5) || contains(params, end, "\\u", 2);
  }
  if (envelope.verdict != KIND_NOTIFICATION) return false;
  const uint8_t* method = frame.bytes + envelope.start(METHOD_START) + 1;
  const int64_t length = frame.bytes + envelope.end(METHOD_START) - 1 - method;
  // A string has two quotes, unless another thread has made it one after it was walked over.
  return length >= 0 && names_an_id_or_token(method, length);
}

}  // namespace sluice
