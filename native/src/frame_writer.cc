#include "frame_writer.h"

#include <cstring>

namespace sluice {

namespace {

const char kReplyStart[] = "{\"jsonrpc\":\"2.0\",\"id\":";
const char kResultMember[] = ",\"result\":";
const char kNull[] = "null";
const char kHeaderName[] = "Content-Length: ";
const char kHeaderEnd[] = "\r\n\r\n";

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

bool pass_as_line(const uint8_t* frame, int32_t length, bool has_line_break, OutputRoom* room) {
  if (!fits(*room, int64_t{length} + 1)) return false;
  uint8_t* start = room->at;
  room->at = put(start, frame, length);
  if (has_line_break) flatten(start, room->at);
  *room->at++ = '\n';
  return true;
}

bool pass_with_header(const uint8_t* frame, int32_t length, OutputRoom* room) {
  const int digits = decimal_digits(length);
  const int64_t header = length_of(kHeaderName) + digits + length_of(kHeaderEnd);
  if (!fits(*room, header + length)) return false;
  uint8_t* at = put(room->at, kHeaderName, length_of(kHeaderName));
  at = put_decimal(at, length, digits);
  at = put(at, kHeaderEnd, length_of(kHeaderEnd));
  room->at = put(at, frame, length);
  return true;
}

bool pass(const uint8_t* frame, int32_t length, OutputRoom* room) {
  if (!fits(*room, length)) return false;
  room->at = put(room->at, frame, length);
  return true;
}

bool echo(const uint8_t* frame, const Envelope& envelope, OutputRoom* room) {
  const bool has_params = envelope.has(PARAMS_START);
  const void* result = has_params ? static_cast<const void*>(frame + envelope.start(PARAMS_START))
                                  : static_cast<const void*>(kNull);
  const int64_t result_length = has_params
                                    ? envelope.end(PARAMS_START) - envelope.start(PARAMS_START)
                                    : length_of(kNull);
  const int64_t id_length = envelope.end(ID_START) - envelope.start(ID_START);
  if (!fits(*room, length_of(kReplyStart) + id_length + length_of(kResultMember) + result_length + 1))
    return false;
  uint8_t* at = put(room->at, kReplyStart, length_of(kReplyStart));
  at = put(at, frame + envelope.start(ID_START), id_length);
  at = put(at, kResultMember, length_of(kResultMember));
  at = put(at, result, result_length);
  *at++ = '}';
  room->at = at;
  return true;
}

}  // namespace

bool write_frame(const uint8_t* frame, int32_t length, int32_t op, const Envelope& envelope,
                 OutputRoom* room) {
  switch (op & 0xff) {
    case ACTION_PASS:
      switch ((op >> 8) & 0xff) {
        case FRAMING_NDJSON:
          return pass_as_line(frame, length, envelope.has_line_break, room);
        case FRAMING_CONTENT_LENGTH:
          return pass_with_header(frame, length, room);
        default:
          return pass(frame, length, room);
      }
    case ACTION_ECHO:
      return envelope.verdict == KIND_REQUEST ? echo(frame, envelope, room) : true;
    default:
      return true;
  }
}

}  // namespace sluice
