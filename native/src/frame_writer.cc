#include "frame_writer.h"

#include <cstring>

#include "params_filter.h"

namespace sluice {

namespace {

const char kReplyStart[] = "{\"jsonrpc\":\"2.0\",\"id\":";
const char kResultMember[] = ",\"result\":";
const char kNull[] = "null";
const char kHeaderName[] = "Content-Length: ";
const char kHeaderEnd[] = "\r\n\r\n";
/// Of the largest id that is given, 2^31 - 1.
constexpr int kMaxIdDigits = 10;

template <unsigned kSize>
constexpr int64_t length_of(const char (&)[kSize]) {
  return kSize - 1;
}

uint8_t* put(uint8_t* at, const void* from, int64_t length) {
  std::memcpy(at, from, static_cast<size_t>(length));
  return at + length;
}

int decimal_digits(int32_t value) {
  int digits = 1;
  for (int32_t rest = value; rest >= 10; rest /= 10) digits++;
  return digits;
}

uint8_t* put_decimal(uint8_t* at, int32_t value, int digits) {
  for (int k = digits - 1; k >= 0; k--, value /= 10) at[k] = static_cast<uint8_t>('0' + value % 10);
  return at + digits;
}

bool fits(const OutputRoom& room, int64_t length) { return length <= room.limit - room.at; }

/// Line breaks between tokens end a line of ndjson; as spaces they mean the same.
void flatten(uint8_t* at, const uint8_t* end) {
  for (; at < end; at++) *at = *at == '\n' || *at == '\r' ? ' ' : *at;
}

/// Puts messages together from parts, in one of the framings.
class Framer {
 public:
  /// Begins a message of `length` bytes; ok() is false where there is no room for it.
  Framer(int32_t op, int64_t length, bool has_line_break, OutputRoom* room)
      : room_(room), at_(room->at), framing_((op >> 8) & 0xff), has_line_break_(has_line_break) {
    const int digits = decimal_digits(static_cast<int32_t>(length));
    const bool has_header = framing_ == FRAMING_CONTENT_LENGTH;
    const int64_t header = length_of(kHeaderName) + digits + length_of(kHeaderEnd);
    ok_ = length <= INT32_MAX && fits(*room, length + (has_header ? header : 1));
    if (ok_ && has_header) {
      at_ = put(at_, kHeaderName, length_of(kHeaderName));
      at_ = put_decimal(at_, static_cast<int32_t>(length), digits);
      at_ = put(at_, kHeaderEnd, length_of(kHeaderEnd));
    }
    start_ = at_;
  }

  bool ok() const { return ok_; }

  void add(const void* part, int64_t length) { at_ = put(at_, part, length); }

  void add_decimal(int32_t value, int digits) { at_ = put_decimal(at_, value, digits); }

  /// The message is whole.
  void end() {
    if (framing_ == FRAMING_NDJSON) {
      if (has_line_break_) flatten(start_, at_);
      *at_++ = '\n';
    }
    room_->at = at_;
  }

 private:
  OutputRoom* room_;
  uint8_t* at_;
  uint8_t* start_;
  int32_t framing_;
  bool has_line_break_;
  bool ok_;
};

bool pass(const FrameToWrite& frame, OutputRoom* room) {
  Framer out(frame.op, frame.length, frame.envelope->has_line_break, room);
  if (!out.ok()) return false;
  out.add(frame.bytes, frame.length);
  out.end();
  return true;
}

bool echo(const FrameToWrite& frame, OutputRoom* room) {
  const Envelope& envelope = *frame.envelope;
  const bool has_params = envelope.has(PARAMS_START);
  const void* result = has_params
                           ? static_cast<const void*>(frame.bytes + envelope.start(PARAMS_START))
                           : static_cast<const void*>(kNull);
  const int64_t result_length = has_params
                                    ? envelope.end(PARAMS_START) - envelope.start(PARAMS_START)
                                    : length_of(kNull);
  const int64_t id_length = envelope.end(ID_START) - envelope.start(ID_START);
  const int64_t length =
      length_of(kReplyStart) + id_length + length_of(kResultMember) + result_length + 1;
  Framer out(frame.op, length, envelope.has_line_break, room);
  if (!out.ok()) return false;
  out.add(kReplyStart, length_of(kReplyStart));
  out.add(frame.bytes + envelope.start(ID_START), id_length);
  out.add(kResultMember, length_of(kResultMember));
  out.add(result, result_length);
  out.add("}", 1);
  out.end();
  return true;
}

/// Writes the frame with other bytes in place of its id.
bool pass_with_id(const FrameToWrite& frame, const uint8_t* id, int32_t id_length,
                  OutputRoom* room) {
  const Envelope& envelope = *frame.envelope;
  const int32_t start = envelope.start(ID_START);
  const int32_t end = envelope.end(ID_START);
  const int64_t length = int64_t{frame.length} - (end - start) + id_length;
  Framer out(frame.op, length, envelope.has_line_break, room);
  if (!out.ok()) return false;
  out.add(frame.bytes, start);
  out.add(id, id_length);
  out.add(frame.bytes + end, frame.length - end);
  out.end();
  return true;
}

bool to_server(const FrameToWrite& frame, IdStore* ids, OutputRoom* room) {
  const Envelope& envelope = *frame.envelope;
  if (envelope.verdict != KIND_REQUEST) return pass(frame, room);
  if (frame.arg <= 0) return false;
  const int32_t start = envelope.start(ID_START);
  ids->put(frame.arg, frame.bytes + start, envelope.end(ID_START) - start);
  uint8_t text[kMaxIdDigits];
  const int digits = decimal_digits(frame.arg);
  put_decimal(text, frame.arg, digits);
  return pass_with_id(frame, text, digits, room);
}

/// The integer in [at, end), if it is written as we write ids; else 0.
int32_t given_id(const uint8_t* at, const uint8_t* end) {
  if (end - at > kMaxIdDigits || *at == '0') return 0;
  int64_t id = 0;
  for (; at < end; at++) {
    if (*at < '0' || *at > '9') return 0;
    id = id * 10 + (*at - '0');
  }
  return id > INT32_MAX ? 0 : static_cast<int32_t>(id);
}

bool from_server(const FrameToWrite& frame, const IdStore& ids, OutputRoom* room,
                 int32_t* request_id) {
  const Envelope& envelope = *frame.envelope;
  if (envelope.verdict < KIND_RESPONSE) return pass(frame, room);
  const int32_t id = given_id(frame.bytes + envelope.start(ID_START),
                              frame.bytes + envelope.end(ID_START));
  *request_id = id;
  uint8_t original[kMaxStoredIdBytes];
  const int32_t length = id == 0 ? -1 : ids.get(id, original);
  return length == -1 || pass_with_id(frame, original, length, room);
}

}  // namespace

bool write_frame(const FrameToWrite& frame, IdStore* ids, OutputRoom* room, int32_t* request_id) {
  switch (frame.op & 0xff) {
    case ACTION_PASS:
      return pass(frame, room);
    case ACTION_ECHO:
      return frame.envelope->verdict == KIND_REQUEST ? echo(frame, room) : true;
    case ACTION_TO_SERVER:
      return !frame.envelope->has_lookalike && !needs_a_look(frame) && to_server(frame, ids, room);
    case ACTION_FROM_SERVER:
      return !needs_a_look(frame) && from_server(frame, *ids, room, request_id);
    default:
      return true;
  }
}

}  // namespace sluice
