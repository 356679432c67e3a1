#include "token_index.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "simdjson.h"

namespace sluice {

namespace {

using Parser = simdjson::internal::dom_parser_implementation;

/// What a thread begins with; most frames are shorter.
constexpr int32_t kFirstCapacity = 16 * 1024;
/// Stage 2 is never run, and its stacks are never used.
constexpr size_t kNoDepth = 1;

/// Null where there is no memory.
std::unique_ptr<Parser> new_parser(size_t capacity) {
  std::unique_ptr<Parser> parser;
  const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      capacity, kNoDepth, parser);
  return error == simdjson::SUCCESS ? std::move(parser) : nullptr;
}

/// The parsers for large frames that no thread uses at the moment; as many at most as threads have
/// used at once. The system hands out fresh memory page by page, and an 8 MiB frame with many
/// tokens takes as many pages: that can take longer than the frame itself.
class SpareParsers {
 public:
  /// Null where there is none for that length; one that is too short makes room for a longer one.
  std::unique_ptr<Parser> take(size_t length) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (spares_.empty()) return nullptr;
    const auto longest = std::max_element(
        spares_.begin(), spares_.end(),
        [](const Spare& a, const Spare& b) { return a.parser->capacity() < b.parser->capacity(); });
    std::unique_ptr<Parser> taken = std::move(longest->parser);
    spares_.erase(longest);
    if (taken->capacity() < length) taken.reset();
    return taken;
  }

  void put(std::unique_ptr<Parser> parser) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_looked_at_) spares_.push_back({std::move(parser), true});
  }

  void free_unused() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_looked_at_ = true;
    const auto is_unused = [](const Spare& spare) { return !spare.was_used; };
    spares_.erase(std::remove_if(spares_.begin(), spares_.end(), is_unused), spares_.end());
    for (Spare& spare : spares_) spare.was_used = false;
  }

 private:
  struct Spare {
    std::unique_ptr<Parser> parser;
    bool was_used;
  };
  std::mutex mutex_;
  std::vector<Spare> spares_;
  /// Where nobody ever looks for what is idle, nothing is kept.
  bool is_looked_at_ = false;
};

/// Never destroyed: a thread may still be at work when the process ends.
SpareParsers& spare_parsers() {
  static auto* spares = new SpareParsers();
  return *spares;
}

}  // namespace

TokenIndex::TokenIndex() = default;
TokenIndex::~TokenIndex() = default;

/// Null where there is no memory.
Parser* TokenIndex::parser_for(int32_t length) {
  const size_t size = static_cast<size_t>(length);
  if (length > kMaxOwnBytes) {
    if (large_ == nullptr || large_->capacity() < size) large_ = spare_parsers().take(size);
    if (large_ != nullptr) return large_.get();
    allocations_++;
    large_ = new_parser(size);
    return large_.get();
  }
  const size_t capacity = own_ == nullptr ? 0 : own_->capacity();
  if (own_ != nullptr && size <= capacity) return own_.get();
  allocations_++;
  // Doubled, so that frames that grow byte by byte do not allocate each time.
  const size_t doubled = std::min<size_t>(2 * capacity, kMaxOwnBytes);
  own_ = new_parser(std::max<size_t>({size, doubled, kFirstCapacity}));
  return own_.get();
}

void TokenIndex::release_large() {
  if (large_ != nullptr) spare_parsers().put(std::move(large_));
}

void TokenIndex::free_unused() { spare_parsers().free_unused(); }

bool TokenIndex::scan(const uint8_t* frame, int32_t length) {
  Parser* parser = parser_for(length);
  const size_t size = static_cast<size_t>(length);
  if (parser == nullptr ||
      parser->stage1(frame, size, simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return false;
  }
  begin_ = parser->structural_indexes.get();
  end_ = begin_ + parser->n_structural_indexes;
  return true;
}

const char* instruction_set() {
  static const std::string name = simdjson::get_active_implementation()->name();
  return name.c_str();
}

}  // namespace sluice
