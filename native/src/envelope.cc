#include "envelope.h"

#include <cstring>

#include "json_walker.h"
#include "member_name.h"
#include "utf8.h"

namespace sluice {

namespace {

bool is_id(uint8_t first) { return first == '"' || first == '-' || (first >= '0' && first <= '9'); }

/// Walks over the top-level object and notes the spans of the envelope's members.
const uint8_t* walk_members(JsonWalker& json, const uint8_t* frame, const uint8_t* at,
                            Envelope* envelope) {
  at = json.skip_space(at);
  // An empty object is no message, so it needs no care here.
  for (;;) {
    if (*at != '"') return nullptr;
    const uint8_t* name = at + 1;
    at = json.skip_unescaped_string(name);
    if (at == nullptr) return nullptr;
    const FrameWord member = envelope_member(name, at - 1 - name);
    at = json.skip_colon(at);
    if (at == nullptr) return nullptr;
    const uint8_t* value = at;
    at = json.skip_value(value, 1);
    if (at == nullptr) return nullptr;
    if (member != NO_WORD) {
      if (envelope->has(member)) return nullptr;
      envelope->words[member - ID_START] = static_cast<int32_t>(value - frame);
      envelope->words[member - ID_START + 1] = static_cast<int32_t>(at - frame);
    }
    at = json.skip_space(at);
    if (*at != ',') return *at == '}' ? at + 1 : nullptr;
    at = json.skip_space(at + 1);
  }
}

/// Whether the object at `at`, whose JSON is known to be valid, has an integer `code` and a
/// string `message`, each once and with no escape in any name.
bool is_error_object(const uint8_t* at, const uint8_t* end) {
  if (*at != '{') return false;
  JsonWalker json(end);
  bool has_code = false;
  bool has_message = false;
  at = json.skip_space(at + 1);
  while (*at == '"') {
    const uint8_t* name = at + 1;
    at = json.skip_unescaped_string(name);
    if (at == nullptr) return false;
    const int64_t name_length = at - 1 - name;
    const uint8_t* value = json.skip_colon(at);
    if (value == nullptr) return false;
    at = json.skip_value(value, 2);
    if (at == nullptr) return false;
    if (is_name(name, name_length, "code")) {
      if (has_code || !JsonWalker::is_integer(value, at)) return false;
      has_code = true;
    } else if (is_name(name, name_length, "message")) {
      if (has_message || *value != '"') return false;
      has_message = true;
    }
    at = json.skip_space(at);
    if (*at != ',') break;
    at = json.skip_space(at + 1);
  }
  return has_code && has_message;
}

/// The forms in the order in which they are tried: DESIGN section 6.
int32_t classify(const uint8_t* frame, const Envelope& envelope) {
  const bool has_id = envelope.has(ID_START);
  const uint8_t id_first = has_id ? frame[envelope.start(ID_START)] : 0;
  if (envelope.has(METHOD_START) && frame[envelope.start(METHOD_START)] == '"') {
    if (!has_id) return KIND_NOTIFICATION;
    return is_id(id_first) ? KIND_REQUEST : UNDECIDED;
  }
  if (!has_id) return UNDECIDED;
  if (is_id(id_first) && envelope.has(RESULT_START)) return KIND_RESPONSE;
  if ((is_id(id_first) || id_first == 'n') && envelope.has(ERROR_START) &&
      is_error_object(frame + envelope.start(ERROR_START), frame + envelope.end(ERROR_START))) {
    return KIND_ERROR;
  }
  return UNDECIDED;
}

}  // namespace

bool scan_envelope(const uint8_t* frame, int32_t length, Envelope* envelope) {
  const uint8_t* end = frame + length;
  JsonWalker json(end);
  std::memset(envelope->words, 0, sizeof envelope->words);
  const uint8_t* at = json.skip_space(frame);
  if (*at != '{' || at >= end) return false;
  at = walk_members(json, frame, at + 1, envelope);
  // Whitespace may go on behind the frame, in the next one.
  if (at == nullptr || at > end || (at < end && json.skip_space(at) < end)) return false;
  if (json.saw_non_ascii() && !is_utf8(frame, length)) return false;
  envelope->has_line_break = json.saw_line_break();
  envelope->verdict = classify(frame, *envelope);
  return envelope->verdict != UNDECIDED;
}

}  // namespace sluice
