#include "envelope.h"


#include "json_walker.h"
#include "member_name.h"

namespace sluice {

namespace {

bool is_id(uint8_t first) { return first == '"' || first == '-' || (first >= '0' && first <= '9'); }

/// Walks over the top-level object and notes the spans of the envelope's members; `error` becomes
/// the token at which the member of that name has its value. True where the frame is JSON.
bool walk_members(const JsonWalker& json, const uint8_t* frame, JsonWalker::Token at,
                  Envelope* envelope, JsonWalker::Token* error) {
  if (json.first_byte(at) != '{') return false;
  at++;
  // An empty object is no message, so it needs no care here.
  for (;;) {
    if (!json.is_member(at)) return false;
    const int64_t name_length = json.name_length(at);
    if (name_length < 0) return false;
    const uint8_t* name = frame + *at + 1;
    const FrameWord member = envelope_member(name, name_length);
    if (member == NO_WORD && may_look_like_member(name, name_length)) envelope->has_lookalike = true;
    const JsonWalker::Token value = at + 2;
    at = json.skip_value(value);
    if (at == nullptr || json.is_end(at)) return false;
    if (member != NO_WORD) {
      if (envelope->has(member)) return false;
      if (member == ERROR_START) *error = value;
      envelope->words[member - ID_START] = static_cast<int32_t>(*value);
      envelope->words[member - ID_START + 1] = static_cast<int32_t>(json.end_of_value(*value, at));
    }
    const uint8_t next = json.first_byte(at);
    at++;
    if (next != ',') return next == '}' && json.is_end(at);
  }
}

/// Whether the object at `at`, whose JSON is known to be valid, has an integer `code` and a
/// string `message`, each once and with no escape in any name.
bool is_error_object(const JsonWalker& json, const uint8_t* frame, JsonWalker::Token at) {
  if (json.first_byte(at) != '{') return false;
  bool has_code = false;
  bool has_message = false;
  do {
    at++;
    if (!json.is_member(at)) return false;
    const uint8_t* name = frame + *at + 1;
    const int64_t name_length = json.name_length(at);
    if (name_length < 0) return false;
    const JsonWalker::Token value = at + 2;
    at = json.skip_value(value);
    if (at == nullptr || json.is_end(at)) return false;
    if (is_name(name, name_length, "code")) {
      if (has_code || !json.is_integer(*value, json.end_of_value(*value, at))) return false;
      has_code = true;
    } else if (is_name(name, name_length, "message")) {
      if (has_message || json.first_byte(value) != '"') return false;
      has_message = true;
    }
  } while (json.first_byte(at) == ',');
  return has_code && has_message;
}

/// The forms in the order in which they are tried, as in workers/kernel/envelope.ts.
int32_t classify(const JsonWalker& json, const uint8_t* frame, const Envelope& envelope,
                 JsonWalker::Token error) {
  const bool has_id = envelope.has(ID_START);
  const uint8_t id_first = has_id ? frame[envelope.start(ID_START)] : 0;
  if (envelope.has(METHOD_START) && frame[envelope.start(METHOD_START)] == '"') {
    if (!has_id) return KIND_NOTIFICATION;
    return is_id(id_first) ? KIND_REQUEST : UNDECIDED;
  }
  if (!has_id) return UNDECIDED;
  if (is_id(id_first) && envelope.has(RESULT_START)) return KIND_RESPONSE;
  if ((is_id(id_first) || id_first == 'n') && envelope.has(ERROR_START) &&
      is_error_object(json, frame, error)) {
    return KIND_ERROR;
  }
  return UNDECIDED;
}

}  // namespace

bool scan_envelope(const uint8_t* frame, int32_t length, TokenIndex* tokens, Envelope* envelope) {
  if (!tokens->scan(frame, length)) return false;
  JsonWalker json(frame, frame + length, *tokens);
  JsonWalker::Token error = nullptr;
  if (!json.scan_text() || !walk_members(json, frame, tokens->begin(), envelope, &error)) {
    return false;
  }
  envelope->has_line_break = json.has_line_break();
  envelope->verdict = classify(json, frame, *envelope, error);
  return envelope->verdict != UNDECIDED;
}

}  // namespace sluice
