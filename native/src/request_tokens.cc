#include "request_tokens.h"

#include <algorithm>

#include "json_walker.h"
#include "member_name.h"

namespace sluice {

namespace {

/// A member of an object: its name between the quotes, its value, and what stands behind that.
struct Member {
  const uint8_t* name;
  int64_t length;
  JsonWalker::Token value;
  JsonWalker::Token behind;
};

/// Calls `on_member` for each member of the object at `at`, until it returns false. False then, and where the
/// text is no JSON: another thread may have written on it.
template <typename OnMember>
bool for_each_member(const JsonWalker& json, const uint8_t* frame, JsonWalker::Token at,
                     OnMember on_member) {
  at++;
  if (json.is_end(at)) return false;
  if (json.first_byte(at) == '}') return true;
  for (;; at++) {
    if (!json.is_member(at)) return false;
    Member member{frame + *at + 1, json.name_length(at), at + 2, nullptr};
    if (member.length < 0) return false;
    at = json.skip_value(member.value);
    if (at == nullptr || json.is_end(at)) return false;
    member.behind = at;
    if (!on_member(member)) return false;
    if (json.first_byte(at) != ',') return true;
  }
}

/// Only names of such bytes are compared here: others may be another spelling of one that is looked for.
bool is_plain(const Member& member) {
  for (int64_t k = 0; k < member.length; k++) {
    if (member.name[k] >= 0x80 || member.name[k] == '\\') return false;
  }
  return true;
}

/// Whether a parser that ignores case takes the name for `expected`, which is in lower case.
template <unsigned kSize>
bool is_any_case(const Member& member, const char (&expected)[kSize]) {
  if (member.length != kSize - 1) return false;
  for (unsigned k = 0; k < kSize - 1; k++) {
    const uint8_t c = member.name[k];
    const bool is_capital = c >= 'A' && c <= 'Z';
    if ((is_capital ? c | 0x20 : c) != static_cast<uint8_t>(expected[k])) return false;
  }
  return true;
}

class TokenFinder {
 public:
  TokenFinder(const FrameToWrite& frame, MultiplexWords* words)
      : json_(frame.bytes, frame.bytes + frame.length, *frame.tokens),
        frame_(frame.bytes),
        words_(words) {}

  bool in_params(JsonWalker::Token params) {
    return for_each_member(json_, frame_, params, [this](const Member& member) {
      if (!is_plain(member)) return false;
      if (is_any_case(member, "_meta")) {
        return is_name(member.name, member.length, "_meta") && first(&has_meta_) && in_meta(member);
      }
      if (is_any_case(member, "workdonetoken")) {
        return is_name(member.name, member.length, "workDoneToken") && first(&has_token_) &&
               note(member, SPAN_A_START);
      }
      if (is_any_case(member, "partialresulttoken")) {
        return is_name(member.name, member.length, "partialResultToken") && first(&has_partial_) &&
               note(member, SPAN_B_START);
      }
      return true;
    });
  }

 private:
  bool in_meta(const Member& meta) {
    if (json_.first_byte(meta.value) != '{') return true;
    return for_each_member(json_, frame_, meta.value, [this](const Member& member) {
      if (!is_plain(member)) return false;
      if (!is_any_case(member, "progresstoken")) return true;
      return is_name(member.name, member.length, "progressToken") && first(&has_token_) &&
             note(member, SPAN_A_START);
    });
  }

  static bool first(bool* has) {
    const bool is_first = !*has;
    *has = true;
    return is_first;
  }

  /// Strings and numbers are tokens; null and the like ask for no progress.
  bool note(const Member& member, FrameWord word) {
    const uint8_t byte = json_.first_byte(member.value);
    if (byte != '"' && byte != '-' && (byte < '0' || byte > '9')) return true;
    int32_t* span = words_->words + (word - SPAN_A_START);
    span[0] = static_cast<int32_t>(*member.value);
    span[1] = static_cast<int32_t>(json_.end_of_value(*member.value, member.behind));
    return true;
  }

  JsonWalker json_;
  const uint8_t* frame_;
  MultiplexWords* words_;
  bool has_meta_ = false;
  bool has_token_ = false;
  bool has_partial_ = false;
};

}  // namespace

bool find_request_tokens(const FrameToWrite& frame, MultiplexWords* words) {
  const uint32_t start = static_cast<uint32_t>(frame.envelope->start(PARAMS_START));
  const JsonWalker::Token params =
      std::lower_bound(frame.tokens->begin(), frame.tokens->end(), start);
  if (params == frame.tokens->end() || *params != start) return false;
  return TokenFinder(frame, words).in_params(params);
}

}  // namespace sluice
