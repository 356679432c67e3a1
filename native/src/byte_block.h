// Sixteen bytes looked at together. Only instructions that every processor of its
// kind has (SSE2, NEON), so no dispatch is needed and a frame of 100 bytes pays
// nothing for it; other processors get a loop.
#pragma once

#include <cstdint>
#include <cstring>

// SLUICE_SCALAR_BLOCKS: the tests also run the loop.
#if defined(SLUICE_SCALAR_BLOCKS)
#elif defined(__SSE2__) || defined(_M_X64)
#define SLUICE_SSE2 1
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#define SLUICE_NEON 1
#include <arm_neon.h>
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace sluice {

/// Index of the lowest set bit; `bits` is not 0.
inline unsigned lowest_bit(uint64_t bits) {
#if defined(_MSC_VER) && !defined(__clang__)
  unsigned long index;
  _BitScanForward64(&index, bits);
  return static_cast<unsigned>(index);
#else
  return static_cast<unsigned>(__builtin_ctzll(bits));
#endif
}

/// The beginning of a \u escape, or of "ke" in either case; 0xaa is the last byte of U+212A, the Kelvin sign.
inline bool is_escape_or_ke(uint8_t byte, uint8_t next) {
  if (byte == '\\') return next == 'u';
  return ((byte | 0x20) == 'k' || byte == 0xaa) && (next | 0x20) == 'e';
}

class ByteBlock {
 public:
  /// How many bytes a block holds, and the answer of the first_ functions for "none".
  static constexpr unsigned kSize = 16;

#if SLUICE_SSE2
  using Lanes = __m128i;
  static ByteBlock load(const uint8_t* from) {
    return ByteBlock(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  unsigned first_backslash() const { return first(equal('\\')); }
  unsigned first_backslash_or_control() const {
    const Lanes control = _mm_cmpeq_epi8(_mm_min_epu8(lanes_, all(0x1f)), lanes_);
    return first(_mm_or_si128(control, equal('\\')));
  }
  unsigned first_escape_or_ke(ByteBlock next) const {
    const Lanes is_k = _mm_or_si128(_mm_cmpeq_epi8(_mm_or_si128(lanes_, all(0x20)), all('k')), equal('\xaa'));
    const Lanes is_e = _mm_cmpeq_epi8(_mm_or_si128(next.lanes_, all(0x20)), all('e'));
    return first(_mm_or_si128(_mm_and_si128(is_k, is_e),
                              _mm_and_si128(equal('\\'), next.equal('u'))));
  }
  unsigned first_non_digit() const {
    const Lanes value = _mm_sub_epi8(lanes_, all('0'));
    return first(_mm_cmpeq_epi8(_mm_max_epu8(value, all(10)), value));
  }

 private:
  static constexpr uint32_t kNone = 1u << kSize;
  static Lanes all(int byte) { return _mm_set1_epi8(static_cast<char>(byte)); }
  static uint32_t mask(Lanes lanes) { return static_cast<uint32_t>(_mm_movemask_epi8(lanes)); }
  static unsigned first(Lanes lanes) { return lowest_bit(mask(lanes) | kNone); }
  Lanes equal(char byte) const { return _mm_cmpeq_epi8(lanes_, all(byte)); }
#elif SLUICE_NEON
  using Lanes = uint8x16_t;
  static ByteBlock load(const uint8_t* from) { return ByteBlock(vld1q_u8(from)); }
  unsigned first_backslash() const { return first(equal('\\')); }
  unsigned first_backslash_or_control() const {
    return first(vorrq_u8(vcltq_u8(lanes_, vdupq_n_u8(0x20)), equal('\\')));
  }
  unsigned first_escape_or_ke(ByteBlock next) const {
    const Lanes small = vdupq_n_u8(0x20);
    const Lanes is_k = vorrq_u8(vceqq_u8(vorrq_u8(lanes_, small), vdupq_n_u8('k')), equal('\xaa'));
    const Lanes is_e = vceqq_u8(vorrq_u8(next.lanes_, small), vdupq_n_u8('e'));
    return first(vorrq_u8(vandq_u8(is_k, is_e), vandq_u8(equal('\\'), next.equal('u'))));
  }
  unsigned first_non_digit() const {
    return first(vcgtq_u8(vsubq_u8(lanes_, vdupq_n_u8('0')), vdupq_n_u8(9)));
  }

 private:
  /// Narrowing leaves four bits for each lane: NEON has no movemask.
  static unsigned first(Lanes lanes) {
    const uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(lanes), 4);
    const uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
    return bits == 0 ? kSize : lowest_bit(bits) / 4;
  }
  Lanes equal(char byte) const { return vceqq_u8(lanes_, vdupq_n_u8(static_cast<uint8_t>(byte))); }
#else
  struct Lanes {
    uint8_t byte[kSize];
  };
  static ByteBlock load(const uint8_t* from) {
    Lanes lanes;
    std::memcpy(lanes.byte, from, kSize);
    return ByteBlock(lanes);
  }

  unsigned first_backslash() const {
    return first([](uint8_t c) { return c == '\\'; });
  }
  unsigned first_backslash_or_control() const {
    return first([](uint8_t c) { return c < 0x20 || c == '\\'; });
  }
  unsigned first_escape_or_ke(ByteBlock next) const {
    unsigned k = 0;
    while (k < kSize && !is_escape_or_ke(lanes_.byte[k], next.lanes_.byte[k])) k++;
    return k;
  }
  unsigned first_non_digit() const {
    return first([](uint8_t c) { return c < '0' || c > '9'; });
  }

 private:
  template <typename Predicate>
  unsigned first(Predicate stops) const {
    unsigned k = 0;
    while (k < kSize && !stops(lanes_.byte[k])) k++;
    return k;
  }
#endif

  explicit ByteBlock(Lanes lanes) : lanes_(lanes) {}
  Lanes lanes_;
};

}  // namespace sluice
