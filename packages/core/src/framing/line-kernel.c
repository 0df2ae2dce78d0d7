/*
 * Line kernel: finds the lines of a piece of text and escapes them for JSON strings in one pass.
 *
 * The caller writes `n` bytes to input(), the last of which is a line feed, and calls scan(n). Line i is then
 * input[from[i], to[i]), without its LF or CRLF, and escaped[escaped_from[i], escaped_to[i]) is the inside of its JSON
 * string. quotes[i] is the number of double quotes in it, or -1 when it holds any other byte that needs an escape.
 * Blank lines are only counted. Valid until the next call.
 */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;

enum { INPUT_BYTES = 512 << 10, MAX_LINES = 32 << 10, SLACK = 64 };

static u8 input_bytes[INPUT_BYTES + SLACK];
/* A byte becomes at most six: \u00XX. */
static u8 escaped_bytes[6 * INPUT_BYTES + SLACK];
static int line_from[MAX_LINES], line_to[MAX_LINES], line_escaped_from[MAX_LINES], line_escaped_to[MAX_LINES];
static int line_quotes[MAX_LINES];
static u32 consumed_bytes, skipped_lines;

u8 *input(void) { return input_bytes; }
u8 *escaped(void) { return escaped_bytes; }
int *from(void) { return line_from; }
int *to(void) { return line_to; }
int *escaped_from(void) { return line_escaped_from; }
int *escaped_to(void) { return line_escaped_to; }
int *quotes(void) { return line_quotes; }
u32 input_capacity(void) { return INPUT_BYTES; }
u32 max_lines(void) { return MAX_LINES; }
/* What the last scan() left: bytes it has dealt with (all, unless there were more lines than MAX_LINES), blank lines. */
u32 consumed(void) { return consumed_bytes; }
u32 skipped(void) { return skipped_lines; }

static const u8 HEX[] = "0123456789abcdef";

static u8 *escape(u8 byte, u8 *out) {
  *out++ = '\\';
  switch (byte) {
    case '"': case '\\': *out++ = byte; return out;
    case '\b': *out++ = 'b'; return out;
    case '\t': *out++ = 't'; return out;
    case '\f': *out++ = 'f'; return out;
    case '\r': *out++ = 'r'; return out;
    default:
      *out++ = 'u'; *out++ = '0'; *out++ = '0'; *out++ = HEX[byte >> 4]; *out++ = HEX[byte & 15];
      return out;
  }
}

/* The number of lines found. */
u32 scan(u32 n) {
  const u8 *end = input_bytes + n;
  const u8 *in = input_bytes;
  u8 *out = escaped_bytes;
  u32 lines = 0;
  const v128_t quote = wasm_i8x16_splat('"'), backslash = wasm_i8x16_splat('\\'), space = wasm_i8x16_splat(' ');
  skipped_lines = 0;
  while (in < end && lines < MAX_LINES) {
    const u8 *start = in;
    u8 *out_start = out;
    int quotes = 0, special = 0;
    for (;;) {
      v128_t bytes = wasm_v128_load(in);
      v128_t needs = wasm_v128_or(wasm_v128_or(wasm_i8x16_eq(bytes, quote), wasm_i8x16_eq(bytes, backslash)), wasm_u8x16_lt(bytes, space));
      u32 mask = wasm_i8x16_bitmask(needs);
      wasm_v128_store(out, bytes);
      if (mask == 0) {
        in += 16;
        out += 16;
        continue;
      }
      u32 clean = __builtin_ctz(mask);
      in += clean;
      out += clean;
      u8 byte = *in++;
      if (byte == '\n') break;
      if (byte == '"') {
        quotes++;
        *out++ = '\\';
        *out++ = '"';
      } else {
        /* A CR at the very end of the line is taken back below, and then nothing special. */
        special += !(byte == '\r' && *in == '\n');
        out = escape(byte, out);
      }
    }
    const u8 *stop = in - 1;
    if (stop > start && stop[-1] == '\r') {
      stop--;
      out -= 2;
    }
    if (stop == start) {
      skipped_lines++;
      out = out_start;
      continue;
    }
    line_from[lines] = start - input_bytes;
    line_to[lines] = stop - input_bytes;
    line_escaped_from[lines] = out_start - escaped_bytes;
    line_escaped_to[lines] = out - escaped_bytes;
    line_quotes[lines] = special ? -1 : quotes;
    lines++;
  }
  consumed_bytes = in - input_bytes;
  return lines;
}
