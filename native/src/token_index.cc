#include "token_index.h"

#include <algorithm>
#include <string>

#include "simdjson.h"

namespace sluice {

namespace {

/// What a thread begins with; most frames are shorter.
constexpr int32_t kFirstCapacity = 16 * 1024;
/// Stage 2 is never run, and its stacks are never used.
constexpr size_t kNoDepth = 1;

}  // namespace

TokenIndex::TokenIndex() = default;
TokenIndex::~TokenIndex() = default;

bool TokenIndex::reserve(int32_t length) {
  const int64_t capacity = parser_ == nullptr ? 0 : static_cast<int64_t>(parser_->capacity());
  if (parser_ != nullptr && length <= capacity) return true;
  allocations_++;
  // Doubled, so that frames that grow byte by byte do not allocate each time.
  const int64_t doubled = std::min<int64_t>(2 * capacity, kMaxKeptBytes);
  const size_t next = static_cast<size_t>(std::max<int64_t>({length, doubled, kFirstCapacity}));
  if (parser_ != nullptr) return parser_->set_capacity(next) == simdjson::SUCCESS;
  return simdjson::get_active_implementation()->create_dom_parser_implementation(
             next, kNoDepth, parser_) == simdjson::SUCCESS;
}

void TokenIndex::trim() {
  if (parser_ != nullptr && parser_->capacity() > kMaxKeptBytes) parser_.reset();
}

bool TokenIndex::scan(const uint8_t* frame, int32_t length) {
  if (!reserve(length)) return false;
  const size_t size = static_cast<size_t>(length);
  if (parser_->stage1(frame, size, simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return false;
  }
  begin_ = parser_->structural_indexes.get();
  end_ = begin_ + parser_->n_structural_indexes;
  return true;
}

const char* instruction_set() {
  static const std::string name = simdjson::get_active_implementation()->name();
  return name.c_str();
}

}  // namespace sluice
