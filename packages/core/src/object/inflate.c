// Inflate: gzip (RFC 1951, RFC 1952) of one or more members, in memory that is used over and over.
//
//   start();                       forget everything about earlier data
//   put bytes at input(), at most input_capacity() of them
//   feed(size);
//   status = run();                decoded bytes are now at piece(), piece_size() of them, until the next call
//
// INPUT: all is used up, and more must come. END: the same, and the data may end here. PIECE: there is more to decode;
// run again. MEMBER: the same, and a member ends with this piece; crc() is what its CRC-32 must be. DAMAGED: no gzip data
// goes on like this. GARBAGE: a member was followed by zeros, and those by something else.
//
//   size = save();                 between two runs: what it takes to go on from here is at note(), `size` bytes of it, and
//                                  at window(), window_size() bytes; what was fed and isn't unused() is done with. 0: not
//                                  from here, as a header is being read
//   start(); put such bytes back at note() and at piece()
//   restore(size, window bytes);   goes on from there; 0: no such bytes
//
// All input that isn't used is in `reader`: whole bytes from `in` on, and those that were begun in `bits`. What can stop
// for want of input does so before it takes a bit, so that it can be tried again.
#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum {
  INPUT_BYTES = 64 << 10,
  WINDOW = 32 << 10,
  PIECE_BYTES = 256 << 10,
  MAX_MATCH = 258,
  // Copying by sixteens writes that much too far.
  SLACK = 64,
  // Of input and of room, for one turn of `fast`: two refills; two literals and a match.
  FAST_INPUT = 24,
  FAST_ROOM = MAX_MATCH + 2,

  LITERALS = 288,
  DISTANCES = 32,
  LENGTH_CODES = 19,
  MAX_LITERALS = 286,
  MAX_DISTANCES = 30,
  END_OF_BLOCK = 256,
  MAX_CODE_BITS = 15,
  // Bits that a table is indexed by, and its size with the tables that longer codes go on in: the most that any
  // complete code needs (zlib's examples/enough.c).
  LITERAL_BITS = 11,
  LITERAL_ENTRIES = 2342,
  DISTANCE_BITS = 9,
  DISTANCE_ENTRIES = 594,
  LENGTH_CODE_BITS = 7,
};

typedef enum { INPUT, END, PIECE, MEMBER, DAMAGED, GARBAGE, GO_ON } Status;

typedef enum {
  HEADER, EXTRA_SIZE, EXTRA, NAME, COMMENT, HEADER_CRC,
  BLOCK, STORED_SIZE, STORED, SIZES, LENGTH_LENGTHS, LENGTHS, CODES,
  TRAILER_CRC, TRAILER_SIZE, BEHIND, PADDING, BROKEN, SPOILT,
} State;

// What a code stands for: bits 0–7 how many bits it is long with its extra bits, 8–12 without them, 16–31 a literal, or
// the least length or distance. TABLE: codes go on in the table from entry 16–31 on, indexed by as many bits as 0–7 say.
typedef u32 Entry;
enum { LITERAL = 1 << 15, TABLE = 1 << 14, SPECIAL = 1 << 13 };
enum { SPECIAL_END, SPECIAL_INVALID };
static const Entry INVALID = SPECIAL | SPECIAL_INVALID << 16;

static u8 input_bytes[INPUT_BYTES];
static u8 out[WINDOW + PIECE_BYTES + SLACK];
static u8 *const out_end = out + WINDOW + PIECE_BYTES;

typedef struct {
  u64 bits;
  u32 count;
  const u8 *in, *end;
} Reader;
static Reader reader;

static State state;
static u8 *to, *from;
// Where the member, or what is left of it, begins: nothing before may be repeated.
static u8 *first;
static u32 member_bytes;

// Of the header: bytes so far of a part that has a size, the parts to come, and the CRC.
static u32 position, flags, header_crc;
// Bytes of an extra field or a stored block to come.
static u32 left;
static u32 last_block, fixed_codes;
static u32 literal_count, distance_count, length_count, lengths_done;
static u8 lengths[LITERALS + DISTANCES];
static u32 member_crc;

static Entry literal_table[LITERAL_ENTRIES], distance_table[DISTANCE_ENTRIES], length_table[1 << LENGTH_CODE_BITS];

static const u16 LENGTH_BASE[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 LENGTH_EXTRA[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u8 LENGTH_CODE_ORDER[LENGTH_CODES] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

u8 *input(void) { return input_bytes; }
u32 input_capacity(void) { return INPUT_BYTES; }
u8 *piece(void) { return from; }
u32 piece_size(void) { return to - from; }
u32 crc(void) { return member_crc; }
// Bytes that were fed and not used.
u32 unused(void) { return (reader.end - reader.in) + reader.count / 8; }

void start(void) {
  reader = (Reader){0};
  state = HEADER;
  to = from = first = out;
  position = member_bytes = 0;
  header_crc = ~0u;
}

// All that was fed before is used up, or in `bits`.
void feed(u32 size) {
  reader.in = input_bytes;
  reader.end = input_bytes + size;
}

// ---- Bits ----

static inline u64 load64(const u8 *at) {
  u64 value;
  __builtin_memcpy(&value, at, 8);
  return value;
}

static inline u32 low(u64 bits, u32 count) { return bits & ((1ull << count) - 1); }

// As many as there are, 56 to 63 when there are enough. What one symbol takes is at most 48: 15 and 5 for a length, 15 and 13 for its distance.
static void refill(void) {
  while (reader.count < 56 && reader.in < reader.end) {
    reader.bits |= (u64)*reader.in++ << reader.count;
    reader.count += 8;
  }
}

static int has(u32 count) {
  refill();
  return reader.count >= count;
}

static u32 take(u32 count) {
  u32 value = low(reader.bits, count);
  reader.bits >>= count;
  reader.count -= count;
  return value;
}

// ---- Codes ----

static Entry literal_entry(u32 symbol) {
  if (symbol < END_OF_BLOCK) return LITERAL | symbol << 16;
  if (symbol == END_OF_BLOCK) return SPECIAL | SPECIAL_END << 16;
  if (symbol >= MAX_LITERALS) return INVALID;
  return LENGTH_EXTRA[symbol - 257] | (u32)LENGTH_BASE[symbol - 257] << 16;
}

static Entry distance_entry(u32 symbol) {
  if (symbol >= MAX_DISTANCES) return INVALID;
  u32 extra = symbol < 2 ? 0 : symbol / 2 - 1;
  return extra | ((symbol < 2 ? symbol : (2 + symbol % 2) << extra) + 1) << 16;
}

static Entry length_entry(u32 symbol) { return symbol << 16; }

// The next code of `length` bits, both bit-reversed.
static inline u32 next_code(u32 code, u32 length) {
  u32 bit = 1u << (length - 1);
  while (code & bit) bit >>= 1;
  return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

// False for a set that is no code. As with zlib, one that isn't complete is fine when it has no code but one of one bit,
// or none: what it leaves open is then INVALID.
static inline int build(Entry *table, u32 root, const u8 *sizes, u32 symbols, Entry (*entry_of)(u32), int may_be_small) {
  u16 counts[MAX_CODE_BITS + 1] = {0}, offsets[MAX_CODE_BITS + 1], sorted[LITERALS];
  for (u32 i = 0; i < symbols; i++) counts[sizes[i]]++;
  u32 max = MAX_CODE_BITS;
  while (max > 0 && counts[max] == 0) max--;
  int open = 1;
  for (u32 length = 1; length <= MAX_CODE_BITS; length++) {
    open = 2 * open - counts[length];
    if (open < 0) return 0;
  }
  if (open > 0) {
    if (!may_be_small || max > 1) return 0;
    for (u32 i = 0; i < 1u << root; i++) table[i] = INVALID | 1 | 1 << 8;
  }
  offsets[1] = 0;
  for (u32 length = 1; length < MAX_CODE_BITS; length++) offsets[length + 1] = offsets[length] + counts[length];
  u32 used = symbols - counts[0];
  for (u32 i = 0; i < symbols; i++)
    if (sizes[i] != 0) sorted[offsets[sizes[i]]++] = i;

  u32 code = 0, size = 1u << root, prefix = ~0u;
  Entry *sub = table;
  u32 sub_bits = 0;
  for (u32 i = 0; i < used; i++) {
    u32 length = sizes[sorted[i]];
    Entry entry = entry_of(sorted[i]) + (length | length << 8);
    if (length <= root) {
      for (u32 at = code; at < 1u << root; at += 1u << length) table[at] = entry;
    } else {
      if (low(code, root) != prefix) {
        // As many bits as the codes of this prefix need: they come in order of length.
        prefix = low(code, root);
        sub_bits = length - root;
        for (int room = (1 << sub_bits) - counts[length]; room > 0 && root + sub_bits < max;) {
          sub_bits++;
          room = 2 * room - counts[root + sub_bits];
        }
        sub = table + size;
        table[prefix] = TABLE | sub_bits | size << 16;
        size += 1u << sub_bits;
      }
      for (u32 at = code >> root; at < 1u << sub_bits; at += 1u << (length - root)) sub[at] = entry;
    }
    counts[length]--;
    code = next_code(code, length);
  }
  return 1;
}

static int build_literals(const u8 *sizes, u32 symbols) {
  return build(literal_table, LITERAL_BITS, sizes, symbols, literal_entry, 1);
}

static int build_distances(const u8 *sizes, u32 symbols) {
  return build(distance_table, DISTANCE_BITS, sizes, symbols, distance_entry, 1);
}

static void build_fixed(void) {
  for (u32 i = 0; i < LITERALS; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  build_literals(lengths, LITERALS);
  for (u32 i = 0; i < DISTANCES; i++) lengths[i] = 5;
  build_distances(lengths, DISTANCES);
}

// Of a block that has its own.
static int build_codes(void) {
  if (lengths[END_OF_BLOCK] == 0) return 0;
  return build_literals(lengths, literal_count) && build_distances(lengths + literal_count, distance_count);
}

static inline Entry look(const Entry *table, u32 root, u64 bits) {
  Entry entry = table[low(bits, root)];
  return entry & TABLE ? table[(entry >> 16) + low(bits >> root, entry & 15)] : entry;
}

// Length or distance, its extra bits being behind the code in `bits`.
static inline u32 value_of(Entry entry, u64 bits) {
  return (entry >> 16) + (u32)((bits & ((1ull << (entry & 63)) - 1)) >> (entry >> 8 & 31));
}

// ---- Repeats ----

// Of each distance below 16: which bytes repeat, and how many of sixteen bytes are whole repeats.
static const u8 REPEATS[16][16] = {
  {0}, {0}, {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0},
  {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3}, {0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0},
  {0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1},
  {0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6},
  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4},
  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2},
  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0},
};
static const u8 REPEAT_STEP[16] = {16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15};

// May write up to 15 bytes more.
static inline u8 *repeat(u8 *at, u32 distance, u32 length) {
  const u8 *source = at - distance;
  u8 *end = at + length;
  if (distance >= 16) {
    do {
      wasm_v128_store(at, wasm_v128_load(source));
      at += 16;
      source += 16;
    } while (at < end);
  } else {
    v128_t bytes = wasm_i8x16_swizzle(wasm_v128_load(source), wasm_v128_load(REPEATS[distance]));
    u32 step = REPEAT_STEP[distance];
    do {
      wasm_v128_store(at, bytes);
      at += step;
    } while (at < end);
  }
  return end;
}

// ---- Blocks ----

// Symbols while there is plenty of input and room. Bits above `count` may be set here: they are those of bytes from `in` on.
// Each turn begins with 56 bits or more and the entry of the next code, so that it is looked up while a match is copied.
#define REFILL() (bits |= load64(in) << count, in += (63 - count) >> 3, count |= 56)
#define TAKE(entry) (bits >>= (entry) & 63, count -= (entry) & 63)
static Status fast(void) {
  if (reader.end - reader.in < FAST_INPUT) return GO_ON;
  const u8 *in = reader.in, *const in_limit = reader.end - FAST_INPUT;
  u8 *at = to, *const limit = out_end - FAST_ROOM, *const begin = first;
  u64 bits = reader.bits;
  u32 count = reader.count;
  Status status = GO_ON;
  REFILL();
  Entry entry = literal_table[low(bits, LITERAL_BITS)];
  while (in <= in_limit && at <= limit) {
    if (entry & LITERAL) {
      TAKE(entry);
      *at++ = entry >> 16;
      entry = literal_table[low(bits, LITERAL_BITS)];
      if (entry & LITERAL) {
        TAKE(entry);
        *at++ = entry >> 16;
        entry = literal_table[low(bits, LITERAL_BITS)];
      }
    }
    if (entry & (LITERAL | TABLE | SPECIAL)) {
      if (entry & TABLE) entry = look(literal_table, LITERAL_BITS, bits);
      if (entry & LITERAL) {
        TAKE(entry);
        *at++ = entry >> 16;
        REFILL();
        entry = literal_table[low(bits, LITERAL_BITS)];
        continue;
      }
      if (entry & SPECIAL) {
        TAKE(entry);
        status = entry >> 16 == SPECIAL_END ? END : DAMAGED;
        break;
      }
    }
    u32 length = value_of(entry, bits);
    TAKE(entry);
    REFILL();
    entry = look(distance_table, DISTANCE_BITS, bits);
    u32 distance = value_of(entry, bits);
    TAKE(entry);
    if (entry & SPECIAL || distance > (u32)(at - begin)) {
      status = DAMAGED;
      break;
    }
    REFILL();
    entry = literal_table[low(bits, LITERAL_BITS)];
    at = repeat(at, distance, length);
  }
  reader.in = in;
  reader.bits = bits & ((1ull << count) - 1);
  reader.count = count;
  to = at;
  return status;
}

// Until the block ends (END) or is no block (DAMAGED), the room (PIECE) or the input (INPUT).
static Status codes(void) {
  for (;;) {
    Status status = fast();
    if (status != GO_ON) return status;
    if (out_end - to < FAST_ROOM) return PIECE;
    refill();
    Entry entry = look(literal_table, LITERAL_BITS, reader.bits);
    u32 used = entry & 63;
    if (used > reader.count) return INPUT;
    if (entry & LITERAL) *to++ = entry >> 16;
    else if (entry & SPECIAL) {
      take(used);
      return entry >> 16 == SPECIAL_END ? END : DAMAGED;
    } else {
      u64 behind = reader.bits >> used;
      Entry distance = look(distance_table, DISTANCE_BITS, behind);
      u32 length = value_of(entry, reader.bits);
      used += distance & 63;
      if (used > reader.count) return INPUT;
      if (distance & SPECIAL || value_of(distance, behind) > (u32)(to - first)) return DAMAGED;
      to = repeat(to, value_of(distance, behind), length);
    }
    take(used);
  }
}

static Status stored(void) {
  while (left > 0) {
    u32 room = out_end - to;
    if (room == 0) return PIECE;
    if (reader.count > 0) {
      *to++ = take(8);
      left--;
      continue;
    }
    u32 size = reader.end - reader.in;
    if (size == 0) return INPUT;
    if (size > left) size = left;
    if (size > room) size = room;
    __builtin_memcpy(to, reader.in, size);
    to += size;
    reader.in += size;
    left -= size;
  }
  return END;
}

// The lengths of both codes' symbols.
static Status code_lengths(void) {
  u32 all = literal_count + distance_count;
  while (lengths_done < all) {
    refill();
    Entry entry = look(length_table, LENGTH_CODE_BITS, reader.bits);
    u32 bits = entry & 63, symbol = entry >> 16;
    u32 extra = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (bits + extra > reader.count) return INPUT;
    take(bits);
    u32 value = symbol < 16 ? symbol : 0, times = 1;
    if (symbol >= 16) {
      times = take(extra) + (symbol == 18 ? 11 : 3);
      if (symbol == 16) {
        if (lengths_done == 0) return DAMAGED;
        value = lengths[lengths_done - 1];
      }
      if (times > all - lengths_done) return DAMAGED;
    }
    while (times-- > 0) lengths[lengths_done++] = value;
  }
  return build_codes() ? END : DAMAGED;
}

// ---- Members ----

static Status go(State next) {
  state = next;
  return GO_ON;
}

// The header's part that comes next.
static Status next_part(void) {
  position = 0;
  if (flags & 4) return flags &= ~4u, go(EXTRA_SIZE);
  if (flags & 8) return flags &= ~8u, go(NAME);
  if (flags & 16) return flags &= ~16u, go(COMMENT);
  if (flags & 2) return flags &= ~2u, go(HEADER_CRC);
  first = to;
  member_bytes = 0;
  return go(BLOCK);
}

static Status header_byte(void) {
  static const u8 MAGIC[3] = {0x1f, 0x8b, 8};
  if (!has(8)) return INPUT;
  u32 before = header_crc, byte = take(8), at = position++;
  header_crc ^= byte;
  for (u32 i = 0; i < 8; i++) header_crc = header_crc >> 1 ^ (header_crc & 1 ? 0xedb88320 : 0);
  switch (state) {
    case HEADER:
      if (at < 3 && byte != MAGIC[at]) return DAMAGED;
      if (at == 3) flags = byte;
      if (at == 3 && flags >= 32) return DAMAGED;
      return at == 9 ? next_part() : GO_ON;
    case EXTRA_SIZE:
      left = at == 0 ? byte : left | byte << 8;
      if (at == 0) return GO_ON;
      return left == 0 ? next_part() : go(EXTRA);
    case EXTRA:
      return --left == 0 ? next_part() : GO_ON;
    case HEADER_CRC:
      // The lower half of that of all bytes before.
      if (at == 0) left = ~before;
      if (byte != (left >> 8 * at & 255)) return DAMAGED;
      return at == 1 ? next_part() : GO_ON;
    default:
      return byte == 0 ? next_part() : GO_ON;
  }
}

static Status block_header(void) {
  if (!has(3)) return INPUT;
  last_block = take(1);
  switch (take(2)) {
    case 0: take(reader.count % 8); return go(STORED_SIZE);
    case 1:
      fixed_codes = 1;
      build_fixed();
      return go(CODES);
    case 2:
      fixed_codes = 0;
      return go(SIZES);
    default: return DAMAGED;
  }
}

static Status end_of_block(void) {
  if (!last_block) return go(BLOCK);
  take(reader.count % 8);
  return go(TRAILER_CRC);
}

static Status step(void) {
  switch (state) {
    case BLOCK: return block_header();
    case STORED_SIZE:
      if (!has(32)) return INPUT;
      left = take(16);
      return take(16) == (left ^ 0xffff) ? go(STORED) : DAMAGED;
    case STORED: {
      Status status = stored();
      return status == END ? end_of_block() : status;
    }
    case SIZES:
      if (!has(14)) return INPUT;
      literal_count = take(5) + 257;
      distance_count = take(5) + 1;
      length_count = take(4) + 4;
      if (literal_count > MAX_LITERALS || distance_count > MAX_DISTANCES) return DAMAGED;
      for (u32 i = 0; i < LENGTH_CODES; i++) lengths[i] = 0;
      lengths_done = 0;
      return go(LENGTH_LENGTHS);
    case LENGTH_LENGTHS:
      while (lengths_done < length_count) {
        if (!has(3)) return INPUT;
        lengths[LENGTH_CODE_ORDER[lengths_done++]] = take(3);
      }
      lengths_done = 0;
      return build(length_table, LENGTH_CODE_BITS, lengths, LENGTH_CODES, length_entry, 0) ? go(LENGTHS) : DAMAGED;
    case LENGTHS: {
      Status status = code_lengths();
      return status == END ? go(CODES) : status;
    }
    case CODES: {
      Status status = codes();
      return status == END ? end_of_block() : status;
    }
    case TRAILER_CRC:
      if (!has(32)) return INPUT;
      member_crc = take(32);
      return go(TRAILER_SIZE);
    case TRAILER_SIZE:
      if (!has(32)) return INPUT;
      if (take(32) != member_bytes + (u32)(to - from)) return DAMAGED;
      state = BEHIND;
      return MEMBER;
    case BEHIND:
      if (!has(8)) return END;
      position = 0;
      header_crc = ~0u;
      return go((reader.bits & 255) == 0 ? PADDING : HEADER);
    case PADDING:
      while (has(8))
        if (take(8) != 0) return go(SPOILT);
      return END;
    case BROKEN: return DAMAGED;
    case SPOILT: return GARBAGE;
    default: return header_byte();
  }
}

Status run(void) {
  member_bytes += to - from;
  if (to > out + 2 * WINDOW) {
    u32 back = to - WINDOW - out;
    __builtin_memcpy(out, to - WINDOW, WINDOW);
    to -= back;
    first = (u32)(first - out) > back ? first - back : out;
  }
  from = to;
  Status status;
  do status = step();
  while (status == GO_ON);
  if (status == DAMAGED) state = BROKEN;
  return status;
}

// ---- Going on elsewhere ----

// Places from which that can be. Their numbers stand in what was saved, as does all of a note: another layout is another
// version for who keeps it.
typedef enum { AT_BLOCK, IN_STORED, IN_FIXED, IN_DYNAMIC, BEHIND_MEMBER } Place;

// Bits of a byte that was begun, those to come lowest; of the last two kinds of code as many lengths as there are symbols.
typedef struct {
  u32 member_bytes;
  u16 left, literal_count, distance_count;
  u8 place, last_block, bit_count, bits;
  u8 lengths[MAX_LITERALS + MAX_DISTANCES];
} Note;
enum { NOTE_BYTES = __builtin_offsetof(Note, lengths) };
static Note noted;

u8 *note(void) { return (u8 *)&noted; }
u32 window_size(void) {
  if (state == BEHIND) return 0;
  return to - first < WINDOW ? to - first : WINDOW;
}
u8 *window(void) { return to - window_size(); }

u32 save(void) {
  if (state != BLOCK && state != STORED && state != CODES && state != BEHIND) return 0;
  noted = (Note){.bit_count = reader.count % 8, .bits = low(reader.bits, reader.count % 8)};
  if (state == BEHIND) {
    noted.place = BEHIND_MEMBER;
    return NOTE_BYTES;
  }
  noted.member_bytes = member_bytes + (to - from);
  if (state == BLOCK) {
    noted.place = AT_BLOCK;
    return NOTE_BYTES;
  }
  noted.last_block = last_block;
  if (state == STORED) {
    noted.place = IN_STORED;
    noted.left = left;
    return NOTE_BYTES;
  }
  noted.place = fixed_codes ? IN_FIXED : IN_DYNAMIC;
  if (fixed_codes) return NOTE_BYTES;
  noted.literal_count = literal_count;
  noted.distance_count = distance_count;
  __builtin_memcpy(noted.lengths, lengths, literal_count + distance_count);
  return NOTE_BYTES + literal_count + distance_count;
}

static int restore_codes(u32 size) {
  literal_count = noted.literal_count;
  distance_count = noted.distance_count;
  if (literal_count <= END_OF_BLOCK || literal_count > MAX_LITERALS) return 0;
  if (distance_count == 0 || distance_count > MAX_DISTANCES) return 0;
  u32 all = literal_count + distance_count;
  if (size != NOTE_BYTES + all) return 0;
  for (u32 i = 0; i < all; i++)
    if (noted.lengths[i] > MAX_CODE_BITS) return 0;
  __builtin_memcpy(lengths, noted.lengths, all);
  return build_codes();
}

u32 restore(u32 size, u32 window_bytes) {
  static const State STATES[] = {BLOCK, STORED, CODES, CODES, BEHIND};
  u32 place = noted.place;
  if (size < NOTE_BYTES || place > BEHIND_MEMBER || window_bytes > WINDOW) return 0;
  if (size > NOTE_BYTES && place != IN_DYNAMIC) return 0;
  if (noted.last_block > 1 || noted.bit_count > 7 || noted.bits >> noted.bit_count != 0) return 0;
  if ((place == IN_STORED || place == BEHIND_MEMBER) && noted.bit_count > 0) return 0;
  fixed_codes = place == IN_FIXED;
  if (place == IN_FIXED) build_fixed();
  if (place == IN_DYNAMIC && !restore_codes(size)) return 0;
  state = STATES[place];
  reader = (Reader){.bits = noted.bits, .count = noted.bit_count};
  member_bytes = noted.member_bytes;
  last_block = noted.last_block;
  left = noted.left;
  to = from = out + window_bytes;
  return 1;
}
