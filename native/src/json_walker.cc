#include "json_walker.h"

namespace sluice {

namespace {

bool is_hex(uint8_t c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool is_space(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// What may stand right behind a number or a word.
bool ends_scalar(uint8_t c) { return c == ',' || c == '}' || c == ']' || is_space(c); }

}  // namespace

bool JsonWalker::scan_text() {
  const uint8_t* at = frame_;
  for (;;) {
    at = find_text_stop(at);
    if (at == end_) return true;
    const uint8_t stop = read(at);
    if (stop != '\\') {
      // One is enough; from here on only backslashes matter.
      has_line_break_ |= stop == '\n' || stop == '\r';
      at++;
      continue;
    }
    if (at < first_escape_) first_escape_ = at;
    at = skip_escape(at);
    if (at == nullptr) return false;
  }
}

/// The first backslash in [at, end), or line break while none was seen; the end where there is none.
const uint8_t* JsonWalker::find_text_stop(const uint8_t* at) const {
  for (; at < end_; at += ByteBlock::kSize) {
    const ByteBlock block = ByteBlock::load(at);
    const unsigned stop =
        has_line_break_ ? block.first_backslash() : block.first_backslash_or_control();
    if (stop != ByteBlock::kSize) return at + stop < end_ ? at + stop : end_;
  }
  return end_;
}

/// Behind the escape at `at`, or the end where the frame ends within it: then a quote is missing,
/// and TokenIndex has refused the frame.
const uint8_t* JsonWalker::skip_escape(const uint8_t* at) const {
  int length = 2;
  switch (read(at + 1)) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      break;
    case 'u':
      if (!is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]) || !is_hex(at[5])) return nullptr;
      length = 6;
      break;
    default:
      return nullptr;
  }
  return end_ - at > length ? at + length : end_;
}

int64_t JsonWalker::name_length(Token at) const {
  const uint8_t* name = frame_ + at[0] + 1;
  const uint8_t* quote = frame_ + at[1] - 1;
  while (quote > name && *quote != '"') quote--;
  const int64_t length = quote > name ? quote - name : 0;
  if (quote <= first_escape_) return length;
  return std::memchr(name, '\\', static_cast<size_t>(length)) == nullptr ? length : -1;
}

uint32_t JsonWalker::end_of_value(uint32_t start, Token next) const {
  uint32_t end = *next;
  while (end > start + 1 && is_space(frame_[end - 1])) end--;
  return end;
}

JsonWalker::Token JsonWalker::skip_value(Token at) const {
  // Of each open container: whether it is an object.
  bool is_object[kMaxDepth];
  int depth = 0;
  for (;;) {
    if (is_end(at)) return nullptr;
    const uint8_t first = first_byte(at);
    if (first == '{' || first == '[') {
      const bool opens_object = first == '{';
      at++;
      if (is_end(at) || depth == kMaxDepth) return nullptr;
      if (first_byte(at) != (opens_object ? '}' : ']')) {
        is_object[depth++] = opens_object;
        if (!opens_object) continue;
        if (!is_member(at)) return nullptr;
        at += 2;
        continue;
      }
    } else if (first != '"' && !is_scalar(frame_ + *at)) {
      return nullptr;
    }
    at++;

    // A value has ended: close what ends with it, or go on to the next member.
    for (;;) {
      if (depth == 0) return at;
      if (is_end(at)) return nullptr;
      const bool in_object = is_object[depth - 1];
      const uint8_t next = first_byte(at);
      if (next == ',') {
        at++;
        if (!in_object) break;
        if (!is_member(at)) return nullptr;
        at += 2;
        break;
      }
      if (next != (in_object ? '}' : ']')) return nullptr;
      depth--;
      at++;
    }
  }
}

/// Whether a number or a word begins at `at` and nothing is stuck to it.
bool JsonWalker::is_scalar(const uint8_t* at) const {
  switch (read(at)) {
    case 't':
      return std::memcmp(at, "true", 4) == 0 && ends_scalar(at[4]);
    case 'n':
      return std::memcmp(at, "null", 4) == 0 && ends_scalar(at[4]);
    case 'f':
      return std::memcmp(at, "false", 5) == 0 && ends_scalar(at[5]);
    default:
      at = skip_number(at);
      return at != nullptr && ends_scalar(*at);
  }
}

const uint8_t* JsonWalker::skip_number(const uint8_t* at) const {
  if (*at == '-') at++;
  const uint8_t* behind = skip_digits(at);
  if (behind == nullptr || (*at == '0' && behind != at + 1)) return nullptr;
  at = behind;
  if (*at == '.') at = skip_digits(at + 1);
  if (at == nullptr || (*at | 0x20) != 'e') return at;
  at++;
  return skip_digits(*at == '+' || *at == '-' ? at + 1 : at);
}

/// At least one digit; nullptr also where they reach the end, for no number ends a frame.
const uint8_t* JsonWalker::skip_digits(const uint8_t* at) const {
  const unsigned count = ByteBlock::load(at).first_non_digit();
  if (count == 0) return nullptr;
  at += count;
  while (at < end_ && *at >= '0' && *at <= '9') at++;
  return at < end_ ? at : nullptr;
}

}  // namespace sluice
