// Bunzip2: data of one or more streams, in memory that is used over and over.
//
//   start();                        forget everything about earlier data
//   put bytes at input(), at most room() of them
//   feed(size);
//   status = run(last);             decoded bytes are now at piece(), piece_size() of them, until the next call
//
// INPUT: more must come; `last` says that there is none, and then it means that the data ends too early. PIECE: there is
// more to decode; run again. END: all that was fed is used up, and the data may end here. DAMAGED: no bzip2 data goes on
// like this, or a checksum is wrong. GARBAGE: a stream was followed by zeros, or by nothing known. RANDOMISED: a block as
// bzip2 before 0.9.5 wrote them.
//
//   save();                         between two runs: where a block begins next, true, and what it takes to go on from there
//                                   is at note(), of note_size() bytes; the bytes from taken() on come again
//   start(); put such bytes back at note()
//   restore();                      goes on from there; false: no such bytes
//
// A block is decoded once all of it is there: what stops for want of input starts again at the block's beginning. So that
// this is rare, `run` does nothing until the input is full, or the last.
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum {
  // More than any block takes: 900,000 symbols of 20 bits, and its tables.
  INPUT_BYTES = 4 << 20,
  BLOCK_BYTES = 900000,
  PIECE_BYTES = 256 << 10,

  MAX_SYMBOLS = 258,
  MAX_TABLES = 6,
  MAX_SELECTORS = 32768,
  GROUP_SYMBOLS = 50,
  MAX_CODE_BITS = 20,
  FAST_BITS = 10,
  // A longer run would not fit in a block.
  MAX_RUN_POWER = 1 << 21,
  RUN_A = 0,
  RUN_B = 1,
  RUN_BYTES = 4,
};

typedef enum { INPUT, PIECE, END, DAMAGED, GARBAGE, RANDOMISED, GO_ON } Status;
typedef enum { STREAM, BLOCK, CONTENT, BEHIND, PADDING, BROKEN } State;

static u8 input_bytes[INPUT_BYTES];
static u8 piece_bytes[PIECE_BYTES];

// Bytes that were fed, how many of them went into `bits`, and how many lay before them in all.
static u32 filled, next;
static u64 before;
static u64 bits;
static u32 bit_count;
static u32 starved;

static State state;
static Status broken;
static u32 block_max;
static u32 stream_crc, block_crc, crc;
static u32 piece_length;

// The block being given out: the last column and its successors, the place, the symbols left, and the run being counted.
static u32 successors[BLOCK_BYTES];
static u32 place, left;
static u32 run_byte, run_length, repeats;

static u8 lengths[MAX_TABLES][MAX_SYMBOLS];
static u8 selectors[MAX_SELECTORS];

typedef struct {
  // Of the codes of each length, left-aligned in 32 bits: where they end. And what to add to get a symbol's number.
  u32 limit[MAX_CODE_BITS + 2];
  int offset[MAX_CODE_BITS + 2];
  u16 symbols[MAX_SYMBOLS];
  // By the first bits: symbol << 5 | length; 0 for codes that are longer.
  u16 fast[1 << FAST_BITS];
  u32 shortest;
} Table;
static Table tables[MAX_TABLES];

static u32 crc_table[256];

u8 *input(void) { return input_bytes + filled; }
u32 room(void) { return INPUT_BYTES - filled; }
u8 *piece(void) { return piece_bytes; }
u32 piece_size(void) { return piece_length; }
// Compressed bytes used, of all that were fed since the start.
double taken(void) { return (double)(before + next - bit_count / 8); }

void start(void) {
  filled = next = bit_count = starved = piece_length = 0;
  before = bits = 0;
  state = STREAM;
  for (u32 i = 0; i < 256; i++) {
    u32 value = i << 24;
    for (int k = 0; k < 8; k++) value = value & 0x80000000 ? value << 1 ^ 0x04c11db7 : value << 1;
    crc_table[i] = value;
  }
}

void feed(u32 size) { filled += size; }

// ---- Bits, from the highest on ----

static inline void refill(void) {
  while (bit_count <= 56 && next < filled) {
    bits |= (u64)input_bytes[next++] << (56 - bit_count);
    bit_count += 8;
  }
}

static inline void drop(u32 count) {
  bits <<= count;
  bit_count -= count;
}

// At most 32. Zero, and `starved`, when there aren't as many.
static inline u32 take(u32 count) {
  if (bit_count < count) {
    refill();
    if (bit_count < count) {
      starved = 1;
      return 0;
    }
  }
  u32 value = bits >> (64 - count);
  drop(count);
  return value;
}

typedef struct {
  u64 bits;
  u32 bit_count, next;
} Mark;

static Mark mark(void) { return (Mark){bits, bit_count, next}; }

static Status back_to(Mark there) {
  bits = there.bits;
  bit_count = there.bit_count;
  next = there.next;
  starved = 0;
  return INPUT;
}

// ---- Codes ----

// False for lengths that are no code: more codes than there is room for.
static int build(Table *table, const u8 *sizes, u32 symbols) {
  u32 counts[MAX_CODE_BITS + 2] = {0};
  for (u32 i = 0; i < symbols; i++) counts[sizes[i]]++;
  u32 code = 0, first = 0;
  table->shortest = 0;
  for (u32 size = 1; size <= MAX_CODE_BITS; size++) {
    if (table->shortest == 0 && counts[size] > 0) table->shortest = size;
    table->offset[size] = (int)first - (int)code;
    code += counts[size];
    first += counts[size];
    if (code > 1u << size) return 0;
    table->limit[size] = code == 1u << size ? ~0u : code << (32 - size);
    code <<= 1;
  }
  u32 at = 0;
  for (u32 size = 1; size <= MAX_CODE_BITS; size++)
    for (u32 i = 0; i < symbols; i++)
      if (sizes[i] == size) table->symbols[at++] = i;
  __builtin_memset(table->fast, 0, sizeof table->fast);
  u32 value = 0;
  at = 0;
  for (u32 size = 1; size <= FAST_BITS; size++) {
    for (u32 i = 0; i < counts[size]; i++, value++, at++) {
      u32 from = value << (FAST_BITS - size), to = (value + 1) << (FAST_BITS - size);
      for (u32 k = from; k < to; k++) table->fast[k] = table->symbols[at] << 5 | size;
    }
    value <<= 1;
  }
  return 1;
}

enum { NO_SYMBOL = MAX_SYMBOLS };

static inline u32 symbol_of(const Table *table) {
  if (bit_count < MAX_CODE_BITS) refill();
  u32 entry = table->fast[bits >> (64 - FAST_BITS)];
  if (entry != 0 && (entry & 31) <= bit_count) {
    drop(entry & 31);
    return entry >> 5;
  }
  u32 head = bits >> 32;
  for (u32 size = table->shortest; size <= MAX_CODE_BITS; size++) {
    if (head >= table->limit[size] && table->limit[size] != ~0u) continue;
    if (size > bit_count) break;
    u32 at = (u32)((int)(head >> (32 - size)) + table->offset[size]);
    drop(size);
    return at < MAX_SYMBOLS ? table->symbols[at] : NO_SYMBOL;
  }
  if (bit_count < MAX_CODE_BITS) starved = 1;
  return NO_SYMBOL;
}

// ---- Blocks ----

static Status fail(Status status) {
  state = BROKEN;
  broken = status;
  return status;
}

static int read_lengths(u32 count, u32 symbols) {
  for (u32 t = 0; t < count; t++) {
    u32 size = take(5);
    for (u32 i = 0; i < symbols; i++) {
      for (;;) {
        if (starved || size < 1 || size > MAX_CODE_BITS) return 0;
        if (!take(1)) break;
        size += take(1) ? -1 : 1;
      }
      lengths[t][i] = size;
    }
    if (starved || !build(&tables[t], lengths[t], symbols)) return 0;
  }
  return 1;
}

static int read_selectors(u32 count, u32 among) {
  u8 order[MAX_TABLES];
  for (u32 i = 0; i < among; i++) order[i] = i;
  for (u32 i = 0; i < count; i++) {
    u32 j = 0;
    while (take(1)) if (++j >= among) return 0;
    if (starved) return 0;
    u8 chosen = order[j];
    for (; j > 0; j--) order[j] = order[j - 1];
    selectors[i] = order[0] = chosen;
  }
  return 1;
}

// The symbols of a block, undone to the last column of its sorted rotations; their number, or -1.
static int read_symbols(u32 selector_count, u32 used, u8 *order, u32 *counts) {
  const u32 end = used + 1;
  u32 size = 0, run = 0, power = 1;
  for (u32 group = 0; group < selector_count; group++) {
    const Table *table = &tables[selectors[group]];
    for (u32 i = 0; i < GROUP_SYMBOLS; i++) {
      u32 symbol = symbol_of(table);
      if (symbol <= RUN_B) {
        if (power > MAX_RUN_POWER) return -1;
        run += power << symbol;
        power <<= 1;
        continue;
      }
      if (run > 0) {
        if (run > block_max - size) return -1;
        u32 byte = order[0];
        counts[byte] += run;
        for (; run > 0; run--) successors[size++] = byte;
        power = 1;
      }
      if (symbol == end) return (int)size;
      if (symbol > end || size >= block_max) return -1;
      u32 at = symbol - 1;
      u8 byte = order[at];
      for (; at > 0; at--) order[at] = order[at - 1];
      order[0] = byte;
      counts[byte]++;
      successors[size++] = byte;
    }
  }
  return -1;
}

static int read_used(u8 *order) {
  u32 ranges = take(16), used = 0;
  for (u32 i = 0; i < 16; i++) {
    if (!(ranges & 0x8000 >> i)) continue;
    u32 range = take(16);
    for (u32 j = 0; j < 16; j++)
      if (range & 0x8000 >> j) order[used++] = i * 16 + j;
  }
  return used;
}

// All of a block; GO_ON when it is ready to be given out.
static Status read_block(void) {
  u8 order[256];
  u32 counts[257] = {0};
  block_crc = take(32);
  u32 randomised = take(1);
  u32 origin = take(24);
  u32 used = read_used(order);
  u32 table_count = take(3);
  u32 selector_count = take(15);
  if (starved) return INPUT;
  if (randomised) return RANDOMISED;
  if (used == 0 || table_count < 2 || table_count > MAX_TABLES || selector_count == 0) return DAMAGED;
  if (!read_selectors(selector_count, table_count) || !read_lengths(table_count, used + 2)) return starved ? INPUT : DAMAGED;
  int size = read_symbols(selector_count, used, order, counts);
  if (size < 0 || starved) return starved ? INPUT : DAMAGED;
  if (origin >= (u32)size) return DAMAGED;
  u32 sum = 0;
  for (u32 i = 0; i < 256; i++) {
    u32 count = counts[i];
    counts[i] = sum;
    sum += count;
  }
  for (u32 i = 0; i < (u32)size; i++) successors[counts[successors[i] & 0xff]++] |= i << 8;
  place = successors[origin] >> 8;
  left = size;
  crc = ~0u;
  run_length = repeats = 0;
  run_byte = 256;
  return GO_ON;
}

// ---- Content ----

// A run of four bytes is followed by how many more there are of it.
static void give(void) {
  u8 *to = piece_bytes;
  u8 *const end = piece_bytes + PIECE_BYTES;
  u32 sum = crc, at = place, todo = left, byte = run_byte, length = run_length, more = repeats;
  while (to < end) {
    if (more > 0) {
      *to++ = byte;
      sum = sum << 8 ^ crc_table[sum >> 24 ^ byte];
      more--;
      continue;
    }
    if (todo == 0) break;
    u32 entry = successors[at];
    u32 next_byte = entry & 0xff;
    at = entry >> 8;
    todo--;
    if (length == RUN_BYTES) {
      more = next_byte;
      // What follows is a run of its own.
      length = 0;
      continue;
    }
    length = next_byte == byte ? length + 1 : 1;
    byte = next_byte;
    *to++ = byte;
    sum = sum << 8 ^ crc_table[sum >> 24 ^ byte];
  }
  piece_length = to - piece_bytes;
  crc = sum;
  place = at;
  left = todo;
  run_byte = byte;
  run_length = length;
  repeats = more;
}

static Status content(void) {
  give();
  if (left > 0 || repeats > 0) return PIECE;
  if (~crc != block_crc) return fail(DAMAGED);
  stream_crc = (stream_crc << 1 | stream_crc >> 31) ^ block_crc;
  state = BLOCK;
  return PIECE;
}

// ---- Streams ----

static Status stream_header(void) {
  u32 magic = take(24), level = take(8);
  if (starved) return INPUT;
  if (magic != 0x425a68 || level < '1' || level > '9') return DAMAGED;
  block_max = (level - '0') * 100000;
  stream_crc = 0;
  state = BLOCK;
  return GO_ON;
}

static Status block_header(void) {
  u64 magic = (u64)take(24) << 24 | take(24);
  if (magic == 0x314159265359 && !starved) {
    Status status = read_block();
    if (status == GO_ON) state = CONTENT;
    return status;
  }
  u32 sum = take(32);
  if (starved) return INPUT;
  if (magic != 0x177245385090 || sum != stream_crc) return DAMAGED;
  drop(bit_count % 8);
  state = BEHIND;
  return GO_ON;
}

// Another stream, zeros, or nothing.
static Status behind(void) {
  refill();
  if (bit_count == 0) return END;
  if (bits >> 56 == 'B') state = STREAM;
  else if (bits >> 56 == 0) state = PADDING;
  else return GARBAGE;
  return GO_ON;
}

static Status padding(void) {
  while (bits == 0 && bit_count > 0) {
    bit_count = 0;
    refill();
  }
  return bit_count == 0 ? END : GARBAGE;
}

static Status step(void) {
  switch (state) {
    case STREAM: return stream_header();
    case BLOCK: return block_header();
    case CONTENT: return content();
    case BEHIND: return behind();
    case PADDING: return padding();
    case BROKEN: return broken;
  }
  return DAMAGED;
}

static void compact(void) {
  __builtin_memmove(input_bytes, input_bytes + next, filled - next);
  before += next;
  filled -= next;
  next = 0;
}

u32 run(u32 last) {
  piece_length = 0;
  if (!last && filled < INPUT_BYTES && state != CONTENT) return INPUT;
  for (;;) {
    Mark there = mark();
    Status status = step();
    if (status == GO_ON) continue;
    if (status == INPUT) {
      back_to(there);
      compact();
      // All of a block was there.
      return filled == INPUT_BYTES ? fail(DAMAGED) : INPUT;
    }
    if (status == END) compact();
    return status == PIECE || status == END ? status : fail(status);
  }
}

// ---- Going on elsewhere ----

// Bits of a byte that was begun, those to come highest. Another layout is another version for who keeps it.
typedef struct {
  u32 stream_crc;
  u8 level, bit_count, bits, none;
} Note;
static Note noted;

u8 *note(void) { return (u8 *)&noted; }
u32 note_size(void) { return sizeof noted; }

u32 save(void) {
  if (state != BLOCK) return 0;
  u32 count = bit_count % 8;
  noted = (Note){stream_crc, block_max / 100000, count, count == 0 ? 0 : bits >> 56 & 0xff << (8 - count), 0};
  return 1;
}

u32 restore(void) {
  if (noted.level < 1 || noted.level > 9 || noted.bit_count > 7 || noted.none != 0) return 0;
  if ((noted.bits & 0xff >> noted.bit_count) != 0) return 0;
  stream_crc = noted.stream_crc;
  block_max = noted.level * 100000;
  bit_count = noted.bit_count;
  bits = (u64)noted.bits << 56;
  state = BLOCK;
  return 1;
}
