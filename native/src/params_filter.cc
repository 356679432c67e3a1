#include "params_filter.h"

#include <cstring>

#include "byte_block.h"
#include "member_name.h"

namespace sluice {

namespace {

/// Whether the k at `at`, or the last byte of U+212A, is that of "token" and a quote.
bool is_in_token(const uint8_t* begin, const uint8_t* at, const uint8_t* end) {
  if (end - at < 4 || (at[2] | 0x20) != 'n' || at[3] != '"') return false;
  const int64_t before = at - begin;
  if (*at != 0xaa) return before >= 2 && (at[-1] | 0x20) == 'o' && (at[-2] | 0x20) == 't';
  return before >= 4 && at[-1] == 0x84 && at[-2] == 0xe2 && (at[-3] | 0x20) == 'o' &&
         (at[-4] | 0x20) == 't';
}

bool names_what_it_is_about(const uint8_t* method, int64_t length) {
  return is_name(method, length, "notifications/cancelled") ||
         is_name(method, length, "$/cancelRequest") ||
         is_name(method, length, "notifications/progress") ||
         is_name(method, length, "$/progress") ||
         is_name(method, length, "textDocument/didOpen") ||
         is_name(method, length, "textDocument/didClose") ||
         std::memchr(method, '\\', static_cast<size_t>(length)) != nullptr;
}

}  // namespace

bool may_name_token(const uint8_t* at, const uint8_t* end) {
  const uint8_t* const begin = at;
  while (end - at > 1) {
    if (end - at > ByteBlock::kSize) {
      const unsigned k = ByteBlock::load(at).first_escape_or_ke(ByteBlock::load(at + 1));
      if (k == ByteBlock::kSize) {
        // A number that does not depend on what was found: the processor need not wait for it.
        at += ByteBlock::kSize;
        continue;
      }
      at += k;
    } else if (!is_escape_or_ke(at[0], at[1])) {
      at++;
      continue;
    }
    if (*at == '\\' || is_in_token(begin, at, end)) return true;
    at++;
  }
  return false;
}

bool needs_a_look(const FrameToWrite& frame) {
  const Envelope& envelope = *frame.envelope;
  if (!envelope.has(PARAMS_START)) return false;
  const uint8_t* params = frame.bytes + envelope.start(PARAMS_START);
  if (*params != '{') return false;
  if (envelope.verdict == KIND_REQUEST) {
    const uint8_t* end = frame.bytes + envelope.end(PARAMS_START);
    return may_name_token(params, end);
  }
  if (envelope.verdict != KIND_NOTIFICATION) return false;
  const uint8_t* method = frame.bytes + envelope.start(METHOD_START) + 1;
  const int64_t length = frame.bytes + envelope.end(METHOD_START) - 1 - method;
  // A string has two quotes, unless another thread has made it one after it was walked over.
  return length >= 0 && names_what_it_is_about(method, length);
}

}  // namespace sluice
