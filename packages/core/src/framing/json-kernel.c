/*
 * JSON kernel: finds the objects that follow each other in a JSON array, with one comma between two of them, or in a
 * sequence, with none, and escapes them for JSON strings in one pass.
 *
 * The caller writes `n` bytes to input() and calls scan(at, n, commas), input[at] being the `{` of an element. Element i
 * is then input[from[i], to[i]), and escaped[escaped_from[i], escaped_to[i]) is the inside of its JSON string. quotes[i]
 * is the number of double quotes in it, or -1 when it holds any other byte that needs an escape. It stops behind the last
 * whole element before the end of the array, of the input or of the room for elements, before an element that is no
 * object, and before anything that is no JSON: what there is then is the caller's to find out. Valid until the next call.
 *
 * Of an element only its strings and the pairs of its brackets are looked at. 64 bytes at a time: bit masks of what each
 * byte is, as simdjson does it.
 */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

enum { INPUT_BYTES = 512 << 10, MAX_ELEMENTS = 16 << 10, MAX_DEPTH = 512, SLACK = 128 };

static u8 input_bytes[INPUT_BYTES + SLACK];
/* A byte becomes at most two: what would become more, the kernel leaves alone. */
static u8 escaped_bytes[2 * INPUT_BYTES + SLACK];
static int element_from[MAX_ELEMENTS], element_to[MAX_ELEMENTS];
static int element_escaped_from[MAX_ELEMENTS], element_escaped_to[MAX_ELEMENTS], element_quotes[MAX_ELEMENTS];
static u32 consumed_bytes;

u8 *input(void) { return input_bytes; }
u8 *escaped(void) { return escaped_bytes; }
int *from(void) { return element_from; }
int *to(void) { return element_to; }
int *escaped_from(void) { return element_escaped_from; }
int *escaped_to(void) { return element_escaped_to; }
int *quotes(void) { return element_quotes; }
u32 input_capacity(void) { return INPUT_BYTES; }
u32 max_elements(void) { return MAX_ELEMENTS; }
/* Where the last whole element of the last scan() ends. */
u32 consumed(void) { return consumed_bytes; }

/* By which of eight bytes need a backslash: lanes of a vector that has the bytes in its lower half and backslashes above. */
static u8 spread[256][16];

static void fill_spread(void) {
  if (spread[0][1] != 0) return;
  for (u32 mask = 0; mask < 256; mask++) {
    u32 lane = 0;
    for (u32 byte = 0; byte < 8; byte++) {
      if (mask >> byte & 1) spread[mask][lane++] = 8;
      spread[mask][lane++] = byte;
    }
  }
}

/* A bit for each byte: all of them from the left, up to and with it, xor-ed. */
static u64 running_xor(u64 bits) {
  for (u32 shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/* Bytes that a backslash before them escapes. `carry`: the first one is, by the block before. */
static u64 after_backslash(u64 backslashes, u64 *carry) {
  if (backslashes == 0) {
    u64 first = *carry;
    *carry = 0;
    return first;
  }
  u64 escaped = *carry;
  for (u64 rest = backslashes & ~escaped; rest != 0;) {
    u64 lowest = rest & -rest;
    u64 next = lowest << 1;
    escaped |= next;
    *carry = next == 0;
    rest &= ~(lowest | next);
    if (next == 0) return escaped;
  }
  *carry = 0;
  return escaped;
}

/* The `{` of the next element behind as many commas, or 0. */
static u32 next_element(u32 at, u32 n, u32 commas) {
  for (; at < n; at++) {
    u8 byte = input_bytes[at];
    if (byte == ',' && commas != 0) {
      commas--;
      continue;
    }
    if (byte == '{' && commas == 0) return at;
    if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') return 0;
  }
  return 0;
}

typedef struct {
  u64 quote, backslash, control, rare, bracket;
} Masks;

static inline Masks masks_of(const u8 *in) {
  Masks m = {0, 0, 0, 0, 0};
  for (u32 i = 0; i < 4; i++) {
    v128_t bytes = wasm_v128_load(in + 16 * i);
    v128_t folded = wasm_v128_or(bytes, wasm_i8x16_splat(0x20));
    v128_t bracket = wasm_v128_or(wasm_i8x16_eq(folded, wasm_i8x16_splat('{')), wasm_i8x16_eq(folded, wasm_i8x16_splat('}')));
    v128_t control = wasm_u8x16_lt(bytes, wasm_i8x16_splat(' '));
    m.quote |= (u64)wasm_i8x16_bitmask(wasm_i8x16_eq(bytes, wasm_i8x16_splat('"'))) << 16 * i;
    m.backslash |= (u64)wasm_i8x16_bitmask(wasm_i8x16_eq(bytes, wasm_i8x16_splat('\\'))) << 16 * i;
    m.control |= (u64)wasm_i8x16_bitmask(control) << 16 * i;
    m.bracket |= (u64)wasm_i8x16_bitmask(bracket) << 16 * i;
  }
  return m;
}

/* Letters of the short escapes (RFC 8259, section 7), by control character; zero: it has none. */
static const u8 SHORT[16] = {0, 0, 0, 0, 0, 0, 0, 0, 'b', 't', 'n', 0, 'f', 'r', 0, 0};

/* Control characters replaced by the letters of their escapes; those without one are told in `rare`. */
static void translate(const u8 *in, u8 *out, Masks *m) {
  for (u32 i = 0; i < 4; i++) {
    v128_t bytes = wasm_v128_load(in + 16 * i);
    v128_t control = wasm_u8x16_lt(bytes, wasm_i8x16_splat(' '));
    v128_t letters = wasm_i8x16_swizzle(wasm_v128_load(SHORT), bytes);
    v128_t none = wasm_v128_and(control, wasm_i8x16_eq(letters, wasm_i8x16_splat(0)));
    m->rare |= (u64)wasm_i8x16_bitmask(none) << 16 * i;
    wasm_v128_store(out + 16 * i, wasm_v128_bitselect(letters, bytes, control));
  }
}

static inline u8 *escape(const u8 *in, u64 needs, u8 *out) {
  const v128_t backslashes = wasm_u64x2_make(0, 0x5c5c5c5c5c5c5c5cull);
  for (u32 i = 0; i < 8; i++, needs >>= 8) {
    u32 mask = needs & 255;
    v128_t bytes = wasm_v128_or(wasm_v128_load64_zero(in + 8 * i), backslashes);
    wasm_v128_store(out, wasm_i8x16_swizzle(bytes, wasm_v128_load(spread[mask])));
    out += 8 + __builtin_popcount(mask);
  }
  return out;
}

/* The number of elements found, with `commas` between two. */
u32 scan(u32 at, u32 n, u32 commas) {
  static u8 open[MAX_DEPTH];
  u8 translated[64];
  u32 depth = 0, elements = 0, quotes_before = 0, others_before = 0;
  u32 quotes_start = 0, others_start = 0;
  u64 in_string = 0, escape_carry = 0;
  u8 *out = escaped_bytes;
  fill_spread();
  consumed_bytes = at;
  for (u32 block = at; block < n; block += 64) {
    const u8 *in = input_bytes + block;
    const u8 *source = in;
    Masks m = masks_of(in);
    u64 valid = n - block >= 64 ? ~0ull : (1ull << (n - block)) - 1;
    if (m.control & valid) {
      translate(in, translated, &m);
      if (m.rare & valid) return elements;
      source = translated;
    }
    u64 escaped_now = after_backslash(m.backslash, &escape_carry);
    u64 strings = running_xor(m.quote & ~escaped_now) ^ in_string;
    in_string = (u64)((long long)strings >> 63);
    u64 others = m.backslash | m.control;
    u64 needs = m.quote | others;
    for (u64 rest = (m.bracket | m.backslash) & ~strings & valid; rest != 0; rest &= rest - 1) {
      u32 i = __builtin_ctzll(rest);
      u64 before = (1ull << i) - 1;
      u8 byte = in[i];
      if (byte == '\\') goto finish;
      int place = out - escaped_bytes + i + __builtin_popcountll(needs & before);
      if ((byte & 0x20) ? byte == '{' : byte == '[') {
        if (depth == MAX_DEPTH) goto finish;
        if (depth == 0) {
          element_from[elements] = block + i;
          element_escaped_from[elements] = place;
          quotes_start = quotes_before + __builtin_popcountll(m.quote & before);
          others_start = others_before + __builtin_popcountll(others & before);
        }
        open[depth++] = byte;
        continue;
      }
      /* A bracket is two before the one that closes it. At depth 0 only what follows an element could come here. */
      if (depth == 0 || open[--depth] + 2 != byte) goto finish;
      if (depth > 0) continue;
      u32 special = others_before + __builtin_popcountll(others & before) - others_start;
      u32 marks = quotes_before + __builtin_popcountll(m.quote & before) - quotes_start;
      element_to[elements] = block + i + 1;
      element_escaped_to[elements] = place + 1;
      element_quotes[elements] = special ? -1 : (int)marks;
      elements++;
      consumed_bytes = block + i + 1;
      if (elements == MAX_ELEMENTS || next_element(consumed_bytes, n, commas) == 0) goto finish;
      continue;
    finish:
      /* The last element may end in this block. */
      escape(source, needs, out);
      return elements;
    }
    out = escape(source, needs, out);
    quotes_before += __builtin_popcountll(m.quote);
    others_before += __builtin_popcountll(others);
  }
  return elements;
}
