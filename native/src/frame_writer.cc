#include "frame_writer.h"

#include <algorithm>
#include <cstring>

#include "id_hash.h"
#include "params_filter.h"
#include "request_tokens.h"

namespace sluice {

namespace {

const char kReplyStart[] = "{\"jsonrpc\":\"2.0\",\"id\":";
const char kResultMember[] = ",\"result\":";
const char kNull[] = "null";
/// workers/given-tokens.ts.
const char kTokenStart[] = "\"sluice-";
const char kTokenPartial[] = "-partial";
const char kTokenEnd[] = "\"";
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

int32_t id_hash(const FrameToWrite& frame) {
  const int32_t start = frame.envelope->start(ID_START);
  return plain_id_hash(frame.bytes + start, frame.envelope->end(ID_START) - start);
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

/// A span of a frame that becomes other bytes, which fit into `bytes`: an id, or a token made from one.
struct Edit {
  static constexpr int kMaxBytes = 32;
  static_assert(kMaxStoredIdBytes <= kMaxBytes, "an original id would not fit");
  static_assert(length_of(kTokenStart) + kMaxIdDigits + length_of(kTokenPartial) +
                        length_of(kTokenEnd) <= kMaxBytes,
                "a token would not fit");

  int32_t start;
  int32_t end;
  int32_t length;
  uint8_t bytes[kMaxBytes];
};

/// Writes the frame with these edits, in whatever order they are given. False also where they overlap, which they
/// only do when another thread has written on the frame.
bool pass_with_edits(const FrameToWrite& frame, Edit* edits, int count, OutputRoom* room) {
  std::sort(edits, edits + count, [](const Edit& a, const Edit& b) { return a.start < b.start; });
  int64_t length = frame.length;
  for (int k = 0; k < count; k++) {
    if (edits[k].start < (k == 0 ? 0 : edits[k - 1].end)) return false;
    length += edits[k].length - (edits[k].end - edits[k].start);
  }
  Framer out(frame.op, length, frame.envelope->has_line_break, room);
  if (!out.ok()) return false;
  int32_t at = 0;
  for (int k = 0; k < count; k++) {
    out.add(frame.bytes + at, edits[k].start - at);
    out.add(edits[k].bytes, edits[k].length);
    at = edits[k].end;
  }
  out.add(frame.bytes + at, frame.length - at);
  out.end();
  return true;
}

Edit id_edit(int32_t start, int32_t end, int32_t id) {
  Edit edit{start, end, decimal_digits(id), {}};
  put_decimal(edit.bytes, id, edit.length);
  return edit;
}

Edit token_edit(int32_t start, int32_t end, int32_t id, bool is_partial) {
  Edit edit{start, end, 0, {}};
  uint8_t* at = put(edit.bytes, kTokenStart, length_of(kTokenStart));
  at = put_decimal(at, id, decimal_digits(id));
  if (is_partial) at = put(at, kTokenPartial, length_of(kTokenPartial));
  at = put(at, kTokenEnd, length_of(kTokenEnd));
  edit.length = static_cast<int32_t>(at - edit.bytes);
  return edit;
}

bool to_server(const FrameToWrite& frame, IdStore* ids, OutputRoom* room, MultiplexWords* words) {
  const Envelope& envelope = *frame.envelope;
  if (envelope.verdict != KIND_REQUEST) return !needs_a_look(frame) && pass(frame, room);
  if (frame.arg <= 0) return false;
  if (needs_a_look(frame) && !find_request_tokens(frame, words)) return false;
  const int32_t start = envelope.start(ID_START);
  const int32_t end = envelope.end(ID_START);
  ids->put(frame.arg, frame.bytes + start, end - start);
  Edit edits[3] = {id_edit(start, end, frame.arg)};
  int count = 1;
  for (const FrameWord span : {SPAN_A_START, SPAN_B_START}) {
    if (!words->has(span)) continue;
    edits[count++] =
        token_edit(words->start(span), words->end(span), frame.arg, span == SPAN_B_START);
  }
  return pass_with_edits(frame, edits, count, room);
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
                 MultiplexWords* words) {
  const Envelope& envelope = *frame.envelope;
  if (envelope.verdict < KIND_RESPONSE) return pass(frame, room);
  const int32_t id = given_id(frame.bytes + envelope.start(ID_START),
                              frame.bytes + envelope.end(ID_START));
  words->words[REQUEST_ID - SPAN_A_START] = id;
  Edit edit{envelope.start(ID_START), envelope.end(ID_START), 0, {}};
  edit.length = id == 0 ? -1 : ids.get(id, edit.bytes);
  return edit.length == -1 || pass_with_edits(frame, &edit, 1, room);
}

}  // namespace

bool write_frame(const FrameToWrite& frame, IdStore* ids, OutputRoom* room, MultiplexWords* words) {
  switch (frame.op & 0xff) {
    case ACTION_PASS:
      words->words[ID_HASH - SPAN_A_START] = id_hash(frame);
      return pass(frame, room);
    case ACTION_ECHO:
      return frame.envelope->verdict == KIND_REQUEST ? echo(frame, room) : true;
    case ACTION_TO_SERVER:
      return !frame.envelope->has_lookalike && to_server(frame, ids, room, words);
    case ACTION_FROM_SERVER:
      return !needs_a_look(frame) && from_server(frame, *ids, room, words);
    default:
      return true;
  }
}

}  // namespace sluice
