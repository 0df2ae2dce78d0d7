/*
 * Log kernel: reads the events of a CloudWatch Logs payload where they lie.
 *
 * The caller writes the payload's `n` bytes to input() and calls scan(n, start, schema), `start` being where the first event
 * begins, behind "logEvents":[ . Takes exactly what CloudWatch Logs writes, {"id":"…","timestamp":N,"message":"…"} with
 * nothing between, up to ]} and the end; gives the number of events, or -1 for anything else, which the caller then
 * leaves to JSON.parse. Strings are checked: no control characters, only escapes that JSON knows, no lone surrogates.
 *
 * Event i: key_chars()[33 * i …] is `schema`, then the 128-bit hash of its id under the seed in hex; its message, still
 * escaped and without one line end at its end, is input[message_from[i], message_to[i]); decoded_bytes[i] is its size in
 * UTF-8 once unescaped; escapes[i] says whether it holds any escape.
 */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;

enum { INPUT_BYTES = 2 << 20, MAX_EVENTS = 32 << 10, SLACK = 64, KEY_CHARS = 33 };

static u8 input_bytes[INPUT_BYTES + SLACK];
static u8 keys[MAX_EVENTS * KEY_CHARS];
static int from_at[MAX_EVENTS], to_at[MAX_EVENTS], decoded[MAX_EVENTS], escape_counts[MAX_EVENTS];
static double times[MAX_EVENTS];
static int id_from_at[MAX_EVENTS], id_to_at[MAX_EVENTS];
static u32 seeds[4];

u8 *input(void) { return input_bytes; }
u8 *key_chars(void) { return keys; }
int *message_from(void) { return from_at; }
int *message_to(void) { return to_at; }
int *id_from(void) { return id_from_at; }
int *id_to(void) { return id_to_at; }
int *decoded_bytes(void) { return decoded; }
int *escapes(void) { return escape_counts; }
double *timestamps(void) { return times; }
u32 *seed(void) { return seeds; }
u32 input_capacity(void) { return INPUT_BYTES; }
u32 max_events(void) { return MAX_EVENTS; }

static int literal(const u8 *p, const char *text) {
  u32 i = 0;
  while (text[i] && p[i] == (u8)text[i]) i++;
  return text[i] ? 0 : (int)i;
}

/* The first byte that a string can't hold as it is: a quote, a backslash or a control character. The slack stops it. */
static const u8 *plain_end(const u8 *p) {
  const v128_t quote = wasm_i8x16_splat('"'), backslash = wasm_i8x16_splat('\\'), space = wasm_i8x16_splat(' ');
  for (;; p += 16) {
    v128_t bytes = wasm_v128_load(p);
    v128_t stop = wasm_v128_or(wasm_v128_or(wasm_i8x16_eq(bytes, quote), wasm_i8x16_eq(bytes, backslash)), wasm_u8x16_lt(bytes, space));
    u32 mask = wasm_i8x16_bitmask(stop);
    if (mask) return p + __builtin_ctz(mask);
  }
}

static int hex4(const u8 *p) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    u8 c = p[i], lower = c | 32;
    int digit = c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* At a backslash: how long the escape is, and its size in UTF-8; 0 when it is none. */
static int escape_length(const u8 *p, int *size) {
  switch (p[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      *size = 1;
      return 2;
    case 'u': break;
    default: return 0;
  }
  int unit = hex4(p + 2);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
  *size = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  if (unit < 0xd800 || unit > 0xdbff) return 6;
  int low = p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
  *size = 4;
  return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

static u32 rotl(u32 x, int r) { return x << r | x >> (32 - r); }
static u32 mix(u32 h) {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ h >> 16;
}

/* 128 bits in the manner of MurmurHash3 for 32-bit machines, with four seeds; the same as in record/log-event-key.ts. */
static void hash(const u8 *p, u32 size, u8 *out) {
  static const u32 C[4] = {0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93};
  static const u32 ADD[4] = {0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17};
  static const int ROLL[4] = {15, 16, 17, 18}, TURN[4] = {19, 17, 15, 13};
  u32 h[4] = {seeds[0], seeds[1], seeds[2], seeds[3]}, words[4];
  for (u32 at = 0; at < size; at += 16) {
    u32 left = size - at;
    int whole = left >= 16;
    for (int w = 0; w < 4; w++) {
      u32 word = 0;
      for (u32 b = 0; b < 4; b++) if (w * 4 + b < left) word |= (u32)p[at + w * 4 + b] << (8 * b);
      words[w] = word;
    }
    for (int w = 0; w < 4; w++) {
      u32 k = rotl(words[w] * C[w], ROLL[w]) * C[(w + 1) & 3];
      h[w] ^= k;
      if (whole) h[w] = (rotl(h[w], TURN[w]) + h[(w + 1) & 3]) * 5 + ADD[w];
    }
  }
  for (int w = 0; w < 4; w++) h[w] ^= size;
  h[0] += h[1] + h[2] + h[3];
  for (int w = 1; w < 4; w++) h[w] += h[0];
  for (int w = 0; w < 4; w++) h[w] = mix(h[w]);
  h[0] += h[1] + h[2] + h[3];
  for (int w = 1; w < 4; w++) h[w] += h[0];
  for (int w = 0; w < 4; w++)
    for (int nibble = 0; nibble < 8; nibble++) *out++ = "0123456789abcdef"[h[w] >> (28 - 4 * nibble) & 15];
}

int scan(u32 n, u32 start, u32 schema) {
  const u8 *p = input_bytes + start, *end = input_bytes + n;
  /* A quote, so that scanning stops; whatever is read beyond the end is caught by comparing with it. */
  for (int i = 0; i < SLACK; i++) input_bytes[n + i] = '"';
  int count = 0, step;
  if (p < end && *p == ']') goto close;
  for (;;) {
    if (count == MAX_EVENTS || !(step = literal(p, "{\"id\":\""))) return -1;
    const u8 *id = p + step, *id_end = plain_end(id);
    if (id_end == id || !(step = literal(id_end, "\",\"timestamp\":"))) return -1;
    p = id_end + step;
    double time = 0;
    const u8 *digits = p;
    while (*p >= '0' && *p <= '9') time = time * 10 + (*p++ - '0');
    if (p == digits || p - digits > 15 || (*digits == '0' && p - digits > 1) || !(step = literal(p, ",\"message\":\""))) return -1;
    const u8 *message = p + step, *cut = 0, *cut_cr = 0;
    int size = 0, found = 0;
    for (p = message;;) {
      const u8 *stop = plain_end(p);
      size += stop - p;
      p = stop;
      if (*p == '"') break;
      int bytes;
      if (*p != '\\' || !(step = escape_length(p, &bytes))) return -1;
      if (p[1] == 'r') cut_cr = p;
      if (p[1] == 'n') cut = p;
      found++;
      size += bytes;
      p += step;
    }
    const u8 *message_end = p;
    if (cut && cut + 2 == message_end) {
      message_end = cut;
      size--;
      found--;
      if (cut_cr && cut_cr + 2 == message_end) {
        message_end = cut_cr;
        size--;
        found--;
      }
    }
    if (p >= end || p[1] != '}') return -1;
    id_from_at[count] = id - input_bytes;
    id_to_at[count] = id_end - input_bytes;
    times[count] = time;
    from_at[count] = message - input_bytes;
    to_at[count] = message_end - input_bytes;
    decoded[count] = size;
    escape_counts[count] = found;
    keys[KEY_CHARS * count] = schema;
    hash(id, id_end - id, keys + KEY_CHARS * count + 1);
    count++;
    p += 2;
    if (*p == ']') break;
    if (*p++ != ',') return -1;
  }
close:
  return p + 2 == end && p[1] == '}' ? count : -1;
}
