#include "frame_generator.h"

namespace sluice {

uint32_t FrameGenerator::below(uint32_t bound) {
  // xorshift64*: the same on every machine, so that a failure can be run again by its seed.
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<uint32_t>((state_ * 0x2545F4914F6CDD1DULL) >> 33) % bound;
}

std::string FrameGenerator::space() {
  static const char* const kSpaces[] = {"", "", "", "", " ", "\n", "\r\n", "\t ", "\n        "};
  return kSpaces[below(9)];
}

std::string FrameGenerator::string() {
  static const char* const kParts[] = {"a",       "\\n", "\\\"",    "\\\\",          "\\u00e9",
                                       "\\ud800", "\xc3\xa9", "\xf0\x9f\x98\x80", "{}[],:"};
  std::string text = "\"";
  for (uint32_t parts = below(4); parts > 0; parts--) {
    if (below(3) == 0) text += kParts[below(9)];
    else text.append(below(40), static_cast<char>('a' + below(26)));
  }
  return text + "\"";
}

std::string FrameGenerator::name() {
  static const char* const kTokens[] = {"_meta", "progressToken", "workDoneToken",
                                        "partialResultToken", "workdonetoken", "_m\\u0065ta"};
  if (below(3) > 0) return string();
  return "\"" + std::string(kTokens[below(6)]) + "\"";
}

std::string FrameGenerator::number() {
  std::string text = below(3) == 0 ? "-" : "";
  const auto digits = [&](uint32_t longest) {
    std::string run(1 + below(longest), '0');
    for (char& digit : run) digit = static_cast<char>('0' + below(10));
    return run;
  };
  if (below(4) == 0) text += "0";
  else text += static_cast<char>('1' + below(9)) + (below(2) == 0 ? digits(40) : "");
  if (below(3) == 0) text += "." + digits(20);
  if (below(5) == 0) text += std::string(below(2) == 0 ? "e" : "E+") + digits(4);
  return text;
}

std::string FrameGenerator::value(int depth) {
  switch (below(depth > 0 ? 7 : 5)) {
    case 0:
      return string();
    case 1:
      return number();
    case 2:
      return "true";
    case 3:
      return "false";
    case 4:
      return "null";
    default:
      break;
  }
  const bool is_object = below(2) == 0;
  std::string text = is_object ? "{" : "[";
  for (uint32_t members = below(5); members > 0; members--) {
    text += space();
    if (is_object) text += name() + space() + ":" + space();
    text += value(depth - 1) + space() + (members > 1 ? "," : "");
  }
  return text + space() + (is_object ? "}" : "]");
}

std::string FrameGenerator::plain_message() {
  const std::string id = below(2) == 0 ? number() : string();
  std::string text = space() + "{" + space();
  switch (below(4)) {
    case 0:
      text += "\"id\":" + id + ",\"method\":" + string() + ",\"params\" :" + value(4);
      break;
    case 1:
      text += "\"params\":" + space() + value(4) + space() + ",\"method\":" + string();
      break;
    case 2:
      text += "\"result\":" + value(4) + "," + space() + "\"id\":" + id;
      break;
    default:
      text += "\"id\":null,\"error\":{\"code\":-1,\"message\":" + string() + ",\"data\":" + value(3) + "}";
  }
  return text + space() + "}" + space();
}

std::string FrameGenerator::doubtful_frame() {
  static const char kAlphabet[] = "{}[],:\"\\ \n0123eE+-.truefalsnullidmethod\x01\xc3\xa9";
  /// What no string may hold.
  static const char* const kBadParts[] = {"\\x", "\\u12g4", "\\u", "\x01", "\xed\xa0\x80", "\xc3"};
  std::string text;
  if (below(4) != 0) {
    text = plain_message();
    for (uint32_t changes = 1 + below(3); changes > 0; changes--) {
      const uint32_t at = below(static_cast<uint32_t>(text.size()) + 1);
      const char byte = below(2) == 0 ? kAlphabet[below(sizeof kAlphabet - 1)]
                                      : static_cast<char>(below(256));
      const uint32_t change = below(5);
      const size_t quote = text.find('"', at);
      if (change == 0) text.resize(at);
      else if (change == 4 && quote != std::string::npos) text.insert(quote + 1, kBadParts[below(6)]);
      else if (change == 1) text.insert(at, 1, byte);
      else if (at < text.size() && change == 2) text.erase(at, 1);
      else if (at < text.size()) text[at] = byte;
    }
    return text;
  }
  const bool any = below(2) == 0;
  for (uint32_t length = below(120); length > 0; length--) {
    text += any ? static_cast<char>(below(256)) : kAlphabet[below(sizeof kAlphabet - 1)];
  }
  return text;
}

int32_t FrameGenerator::hostile_word(int64_t size) {
  static const int32_t kExtremes[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT32_MAX - 63, 214748364};
  if (below(2) == 0) return kExtremes[below(7)];
  return static_cast<int32_t>(size + static_cast<int64_t>(below(200)) - 100);
}

}  // namespace sluice
