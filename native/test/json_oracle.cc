#include "json_oracle.h"

#include <cstring>

namespace sluice {

namespace {

class Oracle {
 public:
  Oracle(const uint8_t* text, size_t length) : at_(text), end_(text + length) {}

  bool document() {
    space();
    if (!value()) return false;
    space();
    return at_ == end_;
  }

 private:
  int peek() const { return at_ < end_ ? *at_ : -1; }
  bool take(int c) {
    if (peek() != c) return false;
    at_++;
    return true;
  }
  bool is_digit() const { return peek() >= '0' && peek() <= '9'; }
  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') at_++;
  }

  bool value() {
    switch (peek()) {
      case '{':
        return list('}', true);
      case '[':
        return list(']', false);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool list(int close, bool has_names) {
    at_++;
    space();
    if (take(close)) return true;
    do {
      space();
      if (has_names) {
        if (!string()) return false;
        space();
        if (!take(':')) return false;
        space();
      }
      if (!value()) return false;
      space();
    } while (take(','));
    return take(close);
  }

  bool word(const char* letters) {
    const size_t length = std::strlen(letters);
    if (static_cast<size_t>(end_ - at_) < length || std::memcmp(at_, letters, length) != 0) return false;
    at_ += length;
    return true;
  }

  bool digits() {
    if (!is_digit()) return false;
    while (is_digit()) at_++;
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  bool string() {
    if (!take('"')) return false;
    for (;;) {
      const int c = peek();
      if (c < 0x20) return false;
      if (c >= 0x80) {
        if (!wide()) return false;
        continue;
      }
      at_++;
      if (c == '"') return true;
      if (c == '\\' && !escape()) return false;
    }
  }

  bool escape() {
    const int c = peek();
    at_++;
    if (c != 'u') return c > 0 && std::strchr("\"\\/bfnrt", c) != nullptr;
    for (int k = 0; k < 4; k++, at_++) {
      const int digit = peek() | 0x20;
      if (!is_digit() && (digit < 'a' || digit > 'f')) return false;
    }
    return true;
  }

  /// One character of two bytes or more: RFC 3629, section 4.
  bool wide() {
    const int first = peek();
    int least = 0x80;
    int most = 0xbf;
    int more = 3;
    if (first >= 0xc2 && first <= 0xdf) more = 1;
    else if (first >= 0xe0 && first <= 0xef) more = 2;
    else if (first < 0xf0 || first > 0xf4) return false;
    if (first == 0xe0) least = 0xa0;
    if (first == 0xed) most = 0x9f;
    if (first == 0xf0) least = 0x90;
    if (first == 0xf4) most = 0x8f;
    for (at_++; more > 0; more--, at_++) {
      if (peek() < least || peek() > most) return false;
      least = 0x80;
      most = 0xbf;
    }
    return true;
  }

  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace

bool is_json(const uint8_t* text, size_t length) { return Oracle(text, length).document(); }

}  // namespace sluice
