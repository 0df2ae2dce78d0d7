// Deflate (RFC 1951) for what Sluice sends: megabytes of JSON documents that look much like the one before.
//
//   start(thorough);               forget everything about earlier data
//   put bytes at input(), at most input_capacity() of them
//   n = compress(size, last);      n bytes are now at output()
//   take them and call drain(), at the latest when fewer than piece_bound() bytes of output_capacity() are free
//
// Between pieces other data may be compressed: the state_size() bytes at state() and the window_size() bytes before input()
// are all that must be there again, after a drain().
//
// Every piece but the last must be input_capacity() bytes long, since addresses stand for positions (see `Bucket`).
// Each piece becomes one block, whose matches reach back into earlier pieces. What comes out depends on nothing but the
// bytes since start(): no byte, and no choice, comes from anything before it.
//
// Not thorough, it trades short matches for speed against zlib's level 1: it looks for none below MIN_MATCH bytes, so
// nearly all that it finds is worth having, and it skims in steps what doesn't repeat. For documents that are alike the
// output is smaller than zlib's all the same, by 4 to 9 %, as the longer one of two candidates is taken; for program text
// it is some 10 % larger.
//
// Thorough, it takes the longest of up to WAYS earlier places with the same SEED bytes, unless the next byte begins a
// longer one. The output is as large as that of zlib's level 6, 1 % more or 2 % less, in 55 to 65 % of the time.
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum {
  // A multiple of 64 KiB: positions are kept as the low 16 bits of addresses, and a piece's follow the one's before it.
  PIECE = 128 << 10,
  WINDOW = 32 << 10,
  // Any 16-bit distance back from the piece is memory of ours to read, though only WINDOW bytes of it are data.
  BEFORE = 64 << 10,
  // Comparing and copying by sixteens runs past the end of a piece.
  PADDING = 64,
  OUTPUT = 1 << 20,

  MIN_MATCH = 8,
  // Of a match at the last one's distance: it is taken without looking for a longer one, so it must be worth it.
  MIN_AGAIN = 12,
  MAX_MATCH = 258,
  HASH_BITS = 12,

  // Of the thorough search: places are found by a hash of SEED bytes, in ROWS rows of WAYS.
  SEED = 6,
  ROW_BITS = 10,
  ROWS = 1 << ROW_BITS,
  WAYS = 16,
  TAG_BITS = 8,
  MIN_THOROUGH = 4,
  // A match as long as this is taken without looking whether the next byte begins a longer one.
  LONG_ENOUGH = 64,
  // Of a match's inner bytes, this many at each end are remembered, and every REMEMBER_STEP-th in between.
  REMEMBER_ENDS = 4,
  REMEMBER_STEP = 4,

  LITERALS = 286,
  DISTANCES = 30,
  LENGTH_CODES = 19,
  END_OF_BLOCK = 256,
  // Four literals and the 7 bits left over fit into 64 bits.
  LITERAL_BITS = 14,
  DISTANCE_BITS = 15,
  LENGTH_CODE_BITS = 7,
};

enum { STORED = 0, FIXED = 1, DYNAMIC = 2 };

// The last two positions of a hash, as low 16 bits of addresses, the newer one in the low half. An entry may be stale
// or of another hash: candidates are always compared.
typedef u32 Bucket;

// Literals, then a match: their count, its length and its distance. They are kept apart, in `literals`.
typedef u64 Sequence;

// Bits, and how many of them from the sixteenth on.
typedef u32 Code;

static u8 in[BEFORE + PIECE + PADDING];
static u8 out[OUTPUT];
static Sequence sequences[PIECE / MIN_THOROUGH + 1];
static u8 literals[PIECE + PADDING];
static u8 *literals_end;

static u32 literal_counts[LITERALS], distance_counts[DISTANCES], length_counts[MAX_MATCH + 1];
static u8 literal_lengths[LITERALS], distance_lengths[DISTANCES];
static Code literal_codes[LITERALS], distance_codes[DISTANCES];

typedef struct {
  u64 bits;
  u32 count;
  u8 *to;
} Writer;

// The last WAYS places whose hash leads to the row, and the rest of each one's hash. `next` is overwritten next: it is the
// oldest. Entries may be stale, as in a bucket.
typedef struct {
  u8 tags[ROWS][WAYS];
  u16 places[ROWS][WAYS];
  u8 next[ROWS];
} Rows;

// What goes from one piece to the next, beside the WINDOW bytes before it.
typedef struct {
  union {
    Bucket table[1 << HASH_BITS];
    Rows rows;
  };
  Writer writer;
  // Bytes before the piece that matches may reach.
  u32 history;
  // Of the thorough search: the last match's distance, or 0.
  u32 last;
  u32 thorough;
} State;
static State now;

static const u16 LENGTH_BASE[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 LENGTH_EXTRA[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u8 LENGTH_CODE_ORDER[LENGTH_CODES] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
// Of each match length, the index into the two above.
static u8 length_index[MAX_MATCH + 1];

static inline u32 min(u32 a, u32 b) { return a < b ? a : b; }

static inline u32 load32(const u8 *at) {
  u32 value;
  __builtin_memcpy(&value, at, 4);
  return value;
}

static inline u64 load64(const u8 *at) {
  u64 value;
  __builtin_memcpy(&value, at, 8);
  return value;
}

// A bit for each byte that differs, the first one's lowest. Not by comparing for inequality, which x86 lacks.
static inline u32 differ16(const u8 *a, const u8 *b) {
  return wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(a), wasm_v128_load(b))) ^ 0xffff;
}

static inline u32 differ32(const u8 *a, const u8 *b) { return differ16(a, b) | differ16(a + 16, b + 16) << 16; }

// ---- Matches ----

static inline Bucket *bucket_of(u64 bytes) { return &now.table[(bytes * 0x9E3779B185EBCA87) >> (64 - HASH_BITS)]; }

static inline void remember(const u8 *at) {
  Bucket *bucket = bucket_of(load64(at));
  *bucket = *bucket << 16 | (u16)(uintptr_t)at;
}

static inline const u8 *match_end(const u8 *at, u32 distance, const u8 *end) {
  while (at < end) {
    u32 differ = differ16(at, at - distance);
    if (differ != 0) {
      at += __builtin_ctz(differ);
      break;
    }
    at += 16;
  }
  return at < end ? at : end;
}

// May write up to 16 bytes more than it adds.
static inline void add_literals(const u8 *from, u32 count) {
  u8 *to = literals_end;
  literals_end += count;
  for (u32 i = 0; i == 0 || i < count; i += 16) wasm_v128_store(to + i, wasm_v128_load(from + i));
}

static inline Sequence sequence(u32 run, u32 length, u32 distance) {
  return (u64)run | (u64)length << 32 | (u64)distance << 48;
}

// Fills `sequences` and `literals`, and returns how many sequences end in a match; one of literals alone follows.
static u32 parse(u32 size) {
  const u8 *at = in + BEFORE, *anchor = at;
  const u8 *const oldest = at - now.history, *const end = at + size;
  // Behind this there is no room for a match worth looking for.
  const u8 *const limit = size > MIN_AGAIN ? end - MIN_AGAIN : at;
  Sequence *next = sequences;
  literals_end = literals;
  // Comparing reads past the end; what it finds there must not depend on earlier data.
  __builtin_memset(in + BEFORE + size, 0, PADDING);

  while (at < limit) {
    const u64 bytes = load64(at);
    Bucket *bucket = bucket_of(bytes);
    const Bucket old = *bucket;
    *bucket = old << 16 | (u16)(uintptr_t)at;
    u32 distance = (u16)((uintptr_t)at - old), other = (u16)((uintptr_t)at - (old >> 16));
    // From here on, branches that can't be foretold cost more than anything they could spare.
    const int found = (int)(load64(at - distance) == bytes) | (int)(load64(at - other) == bytes);
    u32 length = 0;
    if (found) {
      // Also false for 0, which stands for 64 KiB.
      const int near = (int)(distance - 1 < WINDOW) & (int)(at - distance >= oldest);
      const int other_near = (int)(other - 1 < WINDOW) & (int)(at - other >= oldest);
      length = near ? __builtin_ctzll(differ32(at, at - distance) | 1ull << 32) : 0;
      const u32 other_length = other_near ? __builtin_ctzll(differ32(at, at - other) | 1ull << 32) : 0;
      distance = other_length > length ? other : distance;
      length = other_length > length ? other_length : length;
    }
    if (length < MIN_MATCH) {
      // In steps, the longer there was nothing. A match may begin in between: it is extended backwards.
      at += 1 + min((u32)(at - anchor) >> 2, 2);
      continue;
    }
    const u8 *stop = at + length;
    stop = length == 32 ? match_end(stop, distance, end) : stop < end ? stop : end;
    const u32 same = __builtin_clz(differ16(at - 16, at - distance - 16) << 16 | 0x8000);
    at -= min(same, min((u32)(at - anchor), (u32)(at - distance - oldest)));

    for (;;) {
      u32 run = (u32)(at - anchor), rest = (u32)(stop - at);
      add_literals(anchor, run);
      for (; rest > MAX_MATCH; run = 0) {
        // What remains must not be shorter than a match can be, which is 3.
        const u32 part = rest - MAX_MATCH >= 3 ? MAX_MATCH : rest - 3;
        *next++ = sequence(run, part, distance);
        rest -= part;
      }
      *next++ = sequence(run, rest, distance);
      // The next document's match may begin a little later, where a field's value happens to begin alike.
      remember(at + 1);
      remember(at + 2);
      at = anchor = stop;
      if (at >= limit) break;

      // A field whose value differs but is as long: the match goes on behind it, at the same distance.
      u32 alike = ~differ32(at, at - distance);
      alike &= alike >> 1;
      alike &= alike >> 2;
      alike &= alike >> 4;
      alike &= alike >> (MIN_AGAIN - 8);
      if (alike == 0) break;
      at += __builtin_ctz(alike);
      if (at >= limit) break;
      remember(at);
      stop = match_end(at + MIN_AGAIN, distance, end);
    }
  }
  add_literals(anchor, (u32)(end - anchor));
  *next = sequence((u32)(end - anchor), 0, 0);
  return (u32)(next - sequences);
}

// ---- Matches, thoroughly ----

typedef struct {
  u32 length, distance;
} Match;

static inline u32 row_hash(const u8 *at) {
  return (u32)((load64(at) << (64 - 8 * SEED)) * 0x9E3779B185EBCA87 >> (64 - ROW_BITS - TAG_BITS));
}

static inline void remember_in_row(u32 hash, const u8 *at) {
  const u32 row = hash >> TAG_BITS, way = now.rows.next[row];
  now.rows.tags[row][way] = (u8)hash;
  now.rows.places[row][way] = (u16)(uintptr_t)at;
  now.rows.next[row] = (way + 1) & (WAYS - 1);
}

// The longest match of more than `length` bytes and at most `most`, at the distance `last` (if it isn't 0) or at any that
// is known, the nearest of the longest; else what was given. Remembers `at`.
static inline Match longest(const u8 *at, const u8 *oldest, u32 last, u32 length, u32 most) {
  const u32 hash = row_hash(at), row = hash >> TAG_BITS, next = now.rows.next[row];
  const v128_t tags = wasm_v128_load(now.rows.tags[row]);
  const u32 equal = wasm_i8x16_bitmask(wasm_i8x16_eq(tags, wasm_u8x16_splat((u8)hash)));
  Match best = {length, 0};
  if (last != 0) {
    const u32 same = (u32)(match_end(at, last, at + most) - at);
    if (same > best.length) best = (Match){same, last};
  }
  // The newest one's bit is the highest.
  u32 left = (equal << (WAYS - next) | equal >> next) & 0xffff;
  while (left != 0 && best.length < most) {
    const u32 highest = 31 - __builtin_clz(left);
    left ^= 1u << highest;
    const u32 distance = (u16)((uintptr_t)at - now.rows.places[row][(highest + next) & (WAYS - 1)]);
    // Also for 0, which stands for 64 KiB.
    if (distance - 1 >= WINDOW || at - distance < oldest) continue;
    const u8 *const beyond = at + best.length - 3;
    if (load32(beyond) != load32(beyond - distance)) continue;
    const u32 same = (u32)(match_end(at, distance, at + most) - at);
    if (same > best.length) best = (Match){same, distance};
  }
  remember_in_row(hash, at);
  return best;
}

// As parse() does.
static u32 parse_thoroughly(u32 size) {
  const u8 *at = in + BEFORE, *anchor = at;
  const u8 *const oldest = at - now.history, *const end = at + size;
  // Behind this there are too few bytes to be hashed.
  const u8 *const limit = size > 8 ? end - 8 : at;
  Sequence *next = sequences;
  literals_end = literals;
  __builtin_memset(in + BEFORE + size, 0, PADDING);

  while (at < limit) {
    const u32 again = at - now.last >= oldest ? now.last : 0;
    Match match = longest(at, oldest, again, MIN_THOROUGH - 1, min(MAX_MATCH, (u32)(end - at)));
    if (match.distance == 0) {
      at++;
      continue;
    }
    while (match.length < LONG_ENOUGH && at + 1 < limit) {
      const Match later = longest(at + 1, oldest, again, match.length, min(MAX_MATCH, (u32)(end - at - 1)));
      if (later.distance == 0) break;
      match = later;
      at++;
    }

    const u32 run = (u32)(at - anchor);
    add_literals(anchor, run);
    *next++ = sequence(run, match.length, match.distance);
    now.last = match.distance;
    const u8 *const stop = at + match.length, *const inner_end = stop < limit ? stop : limit;
    // Up to here the search did.
    at += match.length < LONG_ENOUGH ? 2 : 1;
    for (u32 i = 0; i < REMEMBER_ENDS && at < inner_end; i++, at++) remember_in_row(row_hash(at), at);
    for (; at + REMEMBER_ENDS < inner_end; at += REMEMBER_STEP) remember_in_row(row_hash(at), at);
    for (; at < inner_end; at++) remember_in_row(row_hash(at), at);
    at = anchor = stop;
  }
  add_literals(anchor, (u32)(end - anchor));
  *next = sequence((u32)(end - anchor), 0, 0);
  return (u32)(next - sequences);
}

// ---- Codes ----

static inline u32 distance_extra(u32 from_zero) { return from_zero < 4 ? 0 : 30 - __builtin_clz(from_zero); }

static inline u32 distance_symbol(u32 from_zero, u32 extra) { return 2 * extra + (from_zero >> extra); }

static void count_symbols(u32 matches) {
  // Counting alternately spares waiting for the count of the same byte just before.
  static u32 counts[4][256];
  __builtin_memset(counts, 0, sizeof counts);
  __builtin_memset(literal_counts, 0, sizeof literal_counts);
  __builtin_memset(distance_counts, 0, sizeof distance_counts);
  __builtin_memset(length_counts, 0, sizeof length_counts);

  const u8 *at = literals;
  for (; at + 4 <= literals_end; at += 4) {
    const u32 four = load32(at);
    counts[0][four & 255]++;
    counts[1][four >> 8 & 255]++;
    counts[2][four >> 16 & 255]++;
    counts[3][four >> 24]++;
  }
  for (; at < literals_end; at++) counts[0][*at]++;
  for (u32 i = 0; i < 256; i++) literal_counts[i] = counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i];

  for (u32 i = 0; i < matches; i++) {
    const u32 distance = (u32)(sequences[i] >> 48) - 1;
    length_counts[sequences[i] >> 32 & 0xffff]++;
    distance_counts[distance_symbol(distance, distance_extra(distance))]++;
  }
  for (u32 i = 3; i <= MAX_MATCH; i++) literal_counts[257 + length_index[i]] += length_counts[i];
  literal_counts[END_OF_BLOCK] = 1;
}

// Code lengths of at most `limit` for `size` symbols. Two at least get a code: decoders reject some trees of one.
static void build_lengths(const u32 *counts, u32 size, u32 limit, u8 *lengths) {
  static u32 order[LITERALS], work[LITERALS];
  u32 used = 0;
  for (u32 i = 0; i < size; i++) {
    lengths[i] = 0;
    if (counts[i] != 0) order[used++] = counts[i] << 9 | i;
  }
  for (u32 i = 0; used < 2; i++) {
    if (counts[i] == 0) order[used++] = 1 << 9 | i;
  }
  // By count, by Shell's sort.
  static const u32 GAPS[] = {57, 23, 10, 4, 1};
  for (u32 g = 0; g < 5; g++) {
    for (u32 gap = GAPS[g], i = gap; i < used; i++) {
      const u32 value = order[i];
      u32 j = i;
      for (; j >= gap && order[j - gap] > value; j -= gap) order[j] = order[j - gap];
      order[j] = value;
    }
  }

  // Huffman's lengths in place, after Moffat and Katajainen: `work` holds counts, then parents, then depths.
  for (u32 i = 0; i < used; i++) work[i] = order[i] >> 9;
  const int n = (int)used;
  int leaf = 0, root = 0;
  for (int next = 0; next < n - 1; next++) {
    u32 sum = 0;
    for (int child = 0; child < 2; child++) {
      if (leaf >= n || (root < next && work[root] < work[leaf])) {
        sum += work[root];
        work[root++] = (u32)next;
      } else {
        sum += work[leaf++];
      }
    }
    work[next] = sum;
  }
  work[n - 2] = 0;
  for (int i = n - 3; i >= 0; i--) work[i] = work[work[i]] + 1;

  // How many leaves there are at each depth, deeper ones counted at the limit: inner nodes use up places, leaves the rest.
  u32 at_depth[16] = {0};
  int inner = n - 2;
  for (u32 depth = 0, places = 1; places > 0; depth++) {
    u32 nodes = 0;
    for (; inner >= 0 && work[inner] == depth; inner--) nodes++;
    at_depth[min(depth, limit)] += places - nodes;
    places = 2 * nodes;
  }
  // Of the codes there are too many then: lengthen others until they fit.
  u32 total = 0;
  for (u32 i = 1; i <= limit; i++) total += at_depth[i] << (limit - i);
  for (; total > 1u << limit; total--) {
    u32 i = limit - 1;
    while (at_depth[i] == 0) i--;
    at_depth[limit]--;
    at_depth[i]--;
    at_depth[i + 1] += 2;
  }
  u32 next = used;
  for (u32 i = 1; i <= limit; i++) {
    for (u32 k = at_depth[i]; k > 0; k--) lengths[order[--next] & 511] = (u8)i;
  }
}

static void build_codes(const u8 *lengths, u32 size, Code *codes) {
  u32 counts[16] = {0}, next[16] = {0};
  for (u32 i = 0; i < size; i++) counts[lengths[i]]++;
  counts[0] = 0;
  for (u32 i = 1; i < 16; i++) next[i] = (next[i - 1] + counts[i - 1]) << 1;
  for (u32 i = 0; i < size; i++) {
    const u32 length = lengths[i];
    codes[i] = length == 0 ? 0 : __builtin_bitreverse32(next[length]++) >> (32 - length) | length << 16;
  }
}

static u32 fixed_length(u32 symbol) { return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8; }

// ---- Bits ----

// After this fewer than 8 bits wait, so that 57 more may be added. Writes 8 bytes, whatever it keeps of them.
static inline void flush(Writer *w) {
  __builtin_memcpy(w->to, &w->bits, 8);
  w->to += w->count >> 3;
  w->bits >>= w->count & ~7u;
  w->count &= 7;
}

static inline void add(Writer *w, u64 bits, u32 count) {
  w->bits |= bits << w->count;
  w->count += count;
}

static inline void add_code(Writer *w, Code code) { add(w, code & 0xffff, code >> 16); }

static inline void put(Writer *w, u32 bits, u32 count) {
  add(w, bits, count);
  flush(w);
}

static void align(Writer *w) { put(w, 0, -w->count & 7); }

// The codes' lengths as deflate writes them: a length, or 16 to 18 with their extra bits from the eighth on.
typedef struct {
  u16 symbols[LITERALS + DISTANCES];
  u32 size, literals, distances, codes;
  u8 code_lengths[LENGTH_CODES];
  u32 bits;
} Header;

static void header_symbol(Header *header, u32 *counts, u32 symbol, u32 extra) {
  header->symbols[header->size++] = (u16)(symbol | extra << 8);
  counts[symbol]++;
}

static void build_header(Header *header) {
  u8 lengths[LITERALS + DISTANCES];
  u32 counts[LENGTH_CODES] = {0};
  header->literals = LITERALS;
  while (header->literals > 257 && literal_lengths[header->literals - 1] == 0) header->literals--;
  header->distances = DISTANCES;
  while (header->distances > 1 && distance_lengths[header->distances - 1] == 0) header->distances--;
  const u32 size = header->literals + header->distances;
  for (u32 i = 0; i < header->literals; i++) lengths[i] = literal_lengths[i];
  for (u32 i = 0; i < header->distances; i++) lengths[header->literals + i] = distance_lengths[i];

  header->size = 0;
  for (u32 i = 0; i < size;) {
    const u32 length = lengths[i];
    u32 count = 1;
    while (i + count < size && lengths[i + count] == length) count++;
    i += count;
    if (length == 0) {
      for (; count >= 11; count -= min(count, 138)) header_symbol(header, counts, 18, min(count, 138) - 11);
      if (count >= 3) {
        header_symbol(header, counts, 17, count - 3);
        count = 0;
      }
    } else {
      header_symbol(header, counts, length, 0);
      for (count--; count >= 3; count -= min(count, 6)) header_symbol(header, counts, 16, min(count, 6) - 3);
    }
    for (; count > 0; count--) header_symbol(header, counts, length, 0);
  }

  build_lengths(counts, LENGTH_CODES, LENGTH_CODE_BITS, header->code_lengths);
  header->codes = LENGTH_CODES;
  while (header->codes > 4 && header->code_lengths[LENGTH_CODE_ORDER[header->codes - 1]] == 0) header->codes--;
  header->bits = 5 + 5 + 4 + 3 * header->codes + 2 * counts[16] + 3 * counts[17] + 7 * counts[18];
  for (u32 i = 0; i < LENGTH_CODES; i++) header->bits += counts[i] * header->code_lengths[i];
}

static void put_header(Writer *w, const Header *header) {
  Code codes[LENGTH_CODES];
  build_codes(header->code_lengths, LENGTH_CODES, codes);
  put(w, header->literals - 257, 5);
  put(w, header->distances - 1, 5);
  put(w, header->codes - 4, 4);
  for (u32 i = 0; i < header->codes; i++) put(w, header->code_lengths[LENGTH_CODE_ORDER[i]], 3);
  for (u32 i = 0; i < header->size; i++) {
    const u32 symbol = header->symbols[i] & 255, extra = header->symbols[i] >> 8;
    add_code(w, codes[symbol]);
    put(w, extra, symbol == 16 ? 2 : symbol == 17 ? 3 : symbol == 18 ? 7 : 0);
  }
}

// Returns what follows the literals. Four at a time, by which most runs are done, without a branch for how many.
static inline const u8 *put_literals(Writer *w, const u8 *at, u32 run) {
  for (;;) {
    const u32 four = load32(at);
    add_code(w, run > 0 ? literal_codes[four & 255] : 0);
    add_code(w, run > 1 ? literal_codes[four >> 8 & 255] : 0);
    add_code(w, run > 2 ? literal_codes[four >> 16 & 255] : 0);
    add_code(w, run > 3 ? literal_codes[four >> 24] : 0);
    flush(w);
    if (run <= 4) return at + run;
    at += 4;
    run -= 4;
  }
}

static void put_symbols(u32 matches) {
  // Of each match length its code with the extra bits, their count from the 32nd on.
  static u64 lengths[MAX_MATCH + 1];
  for (u32 i = 3; i <= MAX_MATCH; i++) {
    const u32 index = length_index[i];
    const Code code = literal_codes[257 + index];
    lengths[i] = ((code & 0xffff) | (i - LENGTH_BASE[index]) << (code >> 16)) |
                 (u64)((code >> 16) + LENGTH_EXTRA[index]) << 32;
  }
  Writer w = now.writer;
  const u8 *literal = literals;
  for (u32 i = 0; i < matches; i++) {
    const Sequence each = sequences[i];
    literal = put_literals(&w, literal, (u32)each);
    const u64 length = lengths[each >> 32 & 0xffff];
    add(&w, (u32)length, (u32)(length >> 32));
    const u32 distance = (u32)(each >> 48) - 1;
    const u32 extra = distance_extra(distance);
    add_code(&w, distance_codes[distance_symbol(distance, extra)]);
    add(&w, distance & ((1u << extra) - 1), extra);
    flush(&w);
  }
  put_literals(&w, literal, (u32)sequences[matches]);
  add_code(&w, literal_codes[END_OF_BLOCK]);
  flush(&w);
  now.writer = w;
}

static void put_stored(u32 size, bool last) {
  const u8 *at = in + BEFORE;
  do {
    const u32 part = min(size, 0xffff);
    size -= part;
    put(&now.writer, (last && size == 0) | STORED << 1, 3);
    align(&now.writer);
    put(&now.writer, part | (~part & 0xffff) << 16, 32);
    __builtin_memcpy(now.writer.to, at, part);
    now.writer.to += part;
    at += part;
  } while (size > 0);
}

static void put_block(u32 size, bool last) {
  static Header header;
  const u32 matches = now.thorough ? parse_thoroughly(size) : parse(size);
  count_symbols(matches);
  build_lengths(literal_counts, LITERALS, LITERAL_BITS, literal_lengths);
  build_lengths(distance_counts, DISTANCES, DISTANCE_BITS, distance_lengths);
  build_header(&header);

  u32 dynamic_bits = header.bits, fixed_bits = 0, extra_bits = 0;
  for (u32 i = 0; i < LITERALS; i++) {
    dynamic_bits += literal_counts[i] * literal_lengths[i];
    fixed_bits += literal_counts[i] * fixed_length(i);
    if (i > END_OF_BLOCK) extra_bits += literal_counts[i] * LENGTH_EXTRA[i - 257];
  }
  for (u32 i = 0; i < DISTANCES; i++) {
    dynamic_bits += distance_counts[i] * distance_lengths[i];
    fixed_bits += distance_counts[i] * 5;
    if (i >= 4) extra_bits += distance_counts[i] * (i / 2 - 1);
  }
  const u32 coded_bits = min(dynamic_bits, fixed_bits) + extra_bits;
  // Each of its parts has 16-bit lengths and is aligned, all but the first at a cost of 3 + 5 bits.
  const u32 stored_bits = 8 * size + 40 * (size / 0xffff + 1);
  if (stored_bits <= coded_bits) {
    put_stored(size, last);
    return;
  }

  const u32 kind = dynamic_bits < fixed_bits ? DYNAMIC : FIXED;
  put(&now.writer, last | kind << 1, 3);
  if (kind == DYNAMIC) {
    put_header(&now.writer, &header);
    build_codes(literal_lengths, LITERALS, literal_codes);
    build_codes(distance_lengths, DISTANCES, distance_codes);
  } else {
    // Two more than may be used: without them the codes of the others were not these.
    u8 lengths[288];
    Code codes[288];
    for (u32 i = 0; i < 288; i++) lengths[i] = (u8)fixed_length(i);
    build_codes(lengths, 288, codes);
    for (u32 i = 0; i < LITERALS; i++) literal_codes[i] = codes[i];
    for (u32 i = 0; i < DISTANCES; i++) distance_codes[i] = __builtin_bitreverse32(i) >> 27 | 5 << 16;
  }
  put_symbols(matches);
}

// ---- What callers see ----

u8 *input(void) { return in + BEFORE; }
u32 input_capacity(void) { return PIECE; }
u8 *output(void) { return out; }
u32 output_capacity(void) { return OUTPUT; }
u8 *state(void) { return (u8 *)&now; }
u32 state_size(void) { return sizeof now; }
u32 window_size(void) { return WINDOW; }

// The most that one piece adds: all of it, the heads of its stored parts, and what flush writes beyond its end.
u32 piece_bound(void) { return PIECE + 64; }

void drain(void) { now.writer.to = out; }

void start(u32 thorough) {
  for (u32 index = 0, length = 3; length <= MAX_MATCH; length++) {
    while (index < 28 && LENGTH_BASE[index + 1] <= length) index++;
    length_index[length] = (u8)index;
  }
  if (thorough) __builtin_memset(&now.rows, 0, sizeof now.rows);
  else __builtin_memset(now.table, 0, sizeof now.table);
  now.thorough = thorough;
  now.last = 0;
  now.history = 0;
  now.writer = (Writer){.bits = 0, .count = 0, .to = out};
}

u32 compress(u32 size, u32 last) {
  put_block(size, last != 0);
  if (last) {
    align(&now.writer);
  } else {
    __builtin_memcpy(in + BEFORE - WINDOW, in + BEFORE + size - WINDOW, WINDOW);
    now.history = WINDOW;
  }
  return (u32)(now.writer.to - out);
}
