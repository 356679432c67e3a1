#include "batch_processor.h"

#include <cstring>

#include "array_splitter.h"
#include "batch_layout.h"
#include "envelope.h"
#include "frame_writer.h"
#include "json_walker.h"

namespace sluice {

static_assert(JsonWalker::kOverrunBytes <= INPUT_PADDING_BYTES, "the walker would leave the input");

namespace {

// Words are read once, checked, and used from there: they lie in shared memory, where a
// defect elsewhere could change them between the check and the use.

struct Header {
  int64_t frame_count;
  int64_t out_start;
  int64_t out_limit;
};

struct FrameSpan {
  int64_t start;
  int64_t length;
};

int32_t read_once(const int32_t* word) { return *static_cast<const volatile int32_t*>(word); }

bool is_inside(const Header& header, size_t word_count, size_t byte_count) {
  return header.frame_count >= 0 &&
         HEADER_WORDS + header.frame_count * FRAME_WORDS <= static_cast<int64_t>(word_count) &&
         header.out_start >= 0 && header.out_start <= header.out_limit &&
         static_cast<uint64_t>(header.out_limit) <= byte_count;
}

bool is_inside_input(const FrameSpan& span, const Header& header) {
  return span.start >= 0 && span.length >= 0 &&
         span.start + span.length + INPUT_PADDING_BYTES <= header.out_start;
}

/// What a frame is, and what the action of `op` writes for it; UNDECIDED where it is left to the portable kernel.
int32_t write_message(const FrameToWrite& frame, Envelope* envelope, TokenIndex* tokens, IdStore* ids,
                      OutputRoom* room, MultiplexWords* words) {
  const bool is_written = writes_action(frame.op) &&
                          scan_envelope(frame.bytes, frame.length, tokens, envelope) &&
                          write_frame(frame, ids, room, words);
  return is_written ? envelope->verdict : UNDECIDED;
}

/// The same for ACTION_SPLIT.
int32_t write_bounds(const FrameToWrite& frame, TokenIndex* tokens, OutputRoom* room,
                     MultiplexWords* words) {
  const int32_t count = split_array(frame.bytes, frame.length, frame.arg, tokens, room);
  words->words[ELEMENT_COUNT - SPAN_A_START] = count;
  return count < 0 ? UNDECIDED : KIND_ARRAY;
}

/// False where the frame is left to the portable kernel.
bool process_frame(int32_t* descriptor, const FrameSpan& span, uint8_t* bytes, TokenIndex* tokens,
                   IdStore* ids, OutputRoom* room) {
  const int32_t op = read_once(descriptor + OP);
  const uint8_t* frame = bytes + span.start;
  const int32_t length = static_cast<int32_t>(span.length);
  Envelope envelope;
  uint8_t* out = room->at;
  MultiplexWords words{};
  const FrameToWrite to_write{frame, length, op, read_once(descriptor + ARG), &envelope, tokens};
  const int32_t verdict = (op & 0xff) == ACTION_SPLIT
                              ? write_bounds(to_write, tokens, room, &words)
                              : write_message(to_write, &envelope, tokens, ids, room, &words);
  descriptor[VERDICT] = verdict;
  if (verdict == UNDECIDED) return false;
  descriptor[OUT_OFFSET] = static_cast<int32_t>(out - bytes);
  descriptor[OUT_LENGTH] = static_cast<int32_t>(room->at - out);
  std::memcpy(descriptor + ID_START, envelope.words, sizeof envelope.words);
  std::memcpy(descriptor + SPAN_A_START, words.words, sizeof words.words);
  return true;
}

}  // namespace

int32_t process_batch(int32_t* control, size_t word_count, uint8_t* bytes, size_t byte_count,
                      uint8_t* ids, TokenIndex* tokens) {
  if (word_count < HEADER_WORDS) return kBadHeader;
  const Header header{read_once(control + FRAME_COUNT), read_once(control + OUT_START),
                      read_once(control + OUT_LIMIT)};
  if (!is_inside(header, word_count, byte_count)) return kBadHeader;
  IdStore store(ids);
  OutputRoom room{bytes + header.out_start, bytes + header.out_limit};
  int32_t* descriptor = control + HEADER_WORDS;
  int32_t undecided = 0;
  for (int64_t left = header.frame_count; left > 0; left--, descriptor += FRAME_WORDS) {
    const FrameSpan span{read_once(descriptor + IN_OFFSET), read_once(descriptor + IN_LENGTH)};
    if (!is_inside_input(span, header)) {
      tokens->release_large();
      return kBadFrame;
    }
    if (!process_frame(descriptor, span, bytes, tokens, &store, &room)) undecided++;
  }
  tokens->release_large();
  control[OUT_END] = static_cast<int32_t>(room.at - bytes);
  return undecided;
}

}  // namespace sluice
