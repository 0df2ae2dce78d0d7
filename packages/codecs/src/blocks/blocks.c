// Blocks that are decoded in one go, from memory to memory: snappy and LZ4; and the CRC-32C that snappy's frames carry.
//
// Memory from `__heap_base` on is the caller's. Nothing is kept from one call to the next.
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

static const u32 DAMAGED = ~0u;

enum { SLICES = 8 };
static u32 crc_table[SLICES][256];

static u64 load64(const u8 *at) {
  u64 value;
  __builtin_memcpy(&value, at, 8);
  return value;
}

static u32 load16(const u8 *at) { return at[0] | at[1] << 8; }

// CRC-32C (Castagnoli), reflected.
u32 crc32c(const u8 *at, u32 size) {
  if (crc_table[0][1] == 0) {
    for (u32 i = 0; i < 256; i++) {
      u32 value = i;
      for (int k = 0; k < 8; k++) value = value & 1 ? value >> 1 ^ 0x82f63b78 : value >> 1;
      crc_table[0][i] = value;
    }
    for (u32 i = 0; i < 256; i++)
      for (int k = 1; k < SLICES; k++) crc_table[k][i] = crc_table[k - 1][i] >> 8 ^ crc_table[0][crc_table[k - 1][i] & 0xff];
  }
  u32 crc = ~0u;
  for (; size >= 8; size -= 8, at += 8) {
    u64 word = load64(at) ^ crc;
    crc = 0;
    for (int k = 0; k < SLICES; k++) crc ^= crc_table[7 - k][word >> 8 * k & 0xff];
  }
  for (; size > 0; size--, at++) crc = crc >> 8 ^ crc_table[0][(crc ^ *at) & 0xff];
  return ~crc;
}

// `size` bytes from `distance` back; what was just written may be part of them. Up to 7 more are overwritten.
static inline void repeat(u8 *to, u32 distance, u32 size) {
  const u8 *from = to - distance;
  u8 *const end = to + size;
  if (distance >= 8) {
    for (; to < end; to += 8, from += 8) __builtin_memcpy(to, from, 8);
    return;
  }
  while (to < end) *to++ = *from++;
}

enum { SLACK = 16 };

static inline void copy(u8 *to, const u8 *from, u32 size, int roomy) {
  if (size <= 16 && roomy) __builtin_memcpy(to, from, 16);
  else __builtin_memcpy(to, from, size);
}

// The size that a snappy block says it decodes to, or DAMAGED.
u32 snappy_size(const u8 *in, u32 size) {
  u64 value = 0;
  for (u32 i = 0; i < size && i < 5; i++) {
    value |= (u64)(in[i] & 0x7f) << 7 * i;
    if (in[i] < 0x80) return value < DAMAGED ? value : DAMAGED;
  }
  return DAMAGED;
}

// A snappy block to `room` bytes at `out`, behind which SLACK more may be overwritten; its size, or DAMAGED.
u32 snappy(const u8 *in, u32 in_size, u8 *out, u32 room) {
  const u8 *const in_end = in + in_size;
  u32 size = snappy_size(in, in_size);
  if (size == DAMAGED || size > room) return DAMAGED;
  while (*in++ >= 0x80) {}
  u8 *to = out;
  u8 *const end = out + size;
  while (in < in_end) {
    u32 tag = *in++;
    u32 length = tag >> 2, distance;
    if ((tag & 3) == 0) {
      if (length >= 60) {
        u32 bytes = length - 59;
        if (bytes > (u32)(in_end - in)) return DAMAGED;
        length = 0;
        for (u32 i = 0; i < bytes; i++) length |= (u32)in[i] << 8 * i;
        in += bytes;
      }
      if (length == ~0u) return DAMAGED;
      length += 1;
      if (length > (u32)(in_end - in) || length > (u32)(end - to)) return DAMAGED;
      copy(to, in, length, in_end - in >= 16);
      in += length;
      to += length;
      continue;
    }
    u32 bytes = (tag & 3) == 3 ? 4 : tag & 3;
    if (bytes > (u32)(in_end - in)) return DAMAGED;
    if ((tag & 3) == 1) {
      length = (length & 7) + 4;
      distance = (tag & 0xe0) << 3 | in[0];
    } else {
      length += 1;
      distance = load16(in);
      if (bytes == 4) distance |= load16(in + 2) << 16;
    }
    in += bytes;
    if (distance == 0 || distance > (u32)(to - out) || length > (u32)(end - to)) return DAMAGED;
    repeat(to, distance, length);
    to += length;
  }
  return to == end ? size : DAMAGED;
}

static u32 lz4_length(u32 length, const u8 **in, const u8 *end) {
  if (length < 15) return length;
  u32 byte;
  do {
    if (*in == end || length > DAMAGED - 512) return DAMAGED;
    byte = *(*in)++;
    length += byte;
  } while (byte == 255);
  return length;
}

// An LZ4 block to at most `room` bytes at `out`, behind which SLACK more may be overwritten; its size, or DAMAGED.
u32 lz4(const u8 *in, u32 in_size, u8 *out, u32 room) {
  const u8 *const in_end = in + in_size;
  u8 *to = out;
  u8 *const end = out + room;
  while (in < in_end) {
    u32 token = *in++;
    u32 literals = lz4_length(token >> 4, &in, in_end);
    if (literals > (u32)(in_end - in) || literals > (u32)(end - to)) return DAMAGED;
    copy(to, in, literals, in_end - in >= 16);
    in += literals;
    to += literals;
    // The last sequence has no match.
    if (in == in_end) return to - out;
    if (in_end - in < 2) return DAMAGED;
    u32 distance = load16(in);
    in += 2;
    u32 length = lz4_length(token & 15, &in, in_end);
    if (length == DAMAGED) return DAMAGED;
    length += 4;
    if (distance == 0 || distance > (u32)(to - out) || length > (u32)(end - to)) return DAMAGED;
    repeat(to, distance, length);
    to += length;
  }
  return DAMAGED;
}
