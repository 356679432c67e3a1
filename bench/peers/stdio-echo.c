/*
 * The server process behind every gateway in `npm run bench:peers`: answers each JSON-RPC
 * request on stdin with
 *
 *     {"jsonrpc":"2.0","id":<the id's bytes>,"result":<the params' bytes>}
 *
 * and ignores everything else. As quick as a stdio server can be, so that what is measured
 * is the gateway: one large read, no parser, one write for all replies to what was read.
 *
 *     stdio-echo                    one message a line
 *     stdio-echo --content-length   messages with a Content-Length header
 *
 * It trusts its input: valid JSON without line feeds between tokens, a string or a number
 * as id. Members may stand in any order, but the quick way is that of every JSON-RPC
 * library: id and method first, then params as the last member.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, FLUSH_BYTES = 64 * 1024, REPLY_EXTRA_BYTES = 96 };

struct span { const char *start, *end; };
struct buffer { char *bytes; size_t used, capacity; };

static struct buffer in, out;
static int has_header;

static void reserve(struct buffer *buffer, size_t more) {
  if (buffer->used + more <= buffer->capacity) return;
  buffer->capacity = (buffer->used + more) * 2;
  buffer->bytes = realloc(buffer->bytes, buffer->capacity);
  if (buffer->bytes == NULL) exit(3);
}

static void put(const char *bytes, size_t length) {
  memcpy(out.bytes + out.used, bytes, length);
  out.used += length;
}

static void flush(void) {
  size_t at = 0;
  while (at < out.used) {
    ssize_t written = write(1, out.bytes + at, out.used - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) exit(0);
    at += (size_t)written;
  }
  out.used = 0;
}

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* The end of the string whose opening quote is at `at`. */
static const char *skip_string(const char *at, const char *end) {
  for (at++; at < end && *at != '"'; at++) {
    if (*at == '\\') at++;
  }
  return at + 1;
}

/* The end of the value that starts at `at`. */
static const char *skip_value(const char *at, const char *end) {
  int depth = 0;
  while (at < end) {
    char c = *at;
    if (c == '"') {
      at = skip_string(at, end);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']' || c == ',') {
      if (depth == 0) return at;
      if (c != ',' && --depth == 0) return at + 1;
    }
    at++;
  }
  return at;
}

static int is_name(struct span name, const char *wanted) {
  size_t length = strlen(wanted);
  return (size_t)(name.end - name.start) == length && memcmp(name.start, wanted, length) == 0;
}

static void reply(struct span id, struct span params) {
  static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":";
  static const char middle[] = ",\"result\":";
  size_t id_length = (size_t)(id.end - id.start);
  size_t params_length = (size_t)(params.end - params.start);
  size_t body = sizeof head - 1 + id_length + sizeof middle - 1 + params_length + 1;
  reserve(&out, body + REPLY_EXTRA_BYTES);
  if (has_header) {
    out.used += (size_t)sprintf(out.bytes + out.used, "Content-Length: %zu\r\n\r\n", body);
  }
  put(head, sizeof head - 1);
  put(id.start, id_length);
  put(middle, sizeof middle - 1);
  put(params.start, params_length);
  put("}", 1);
  if (!has_header) put("\n", 1);
  if (out.used > FLUSH_BYTES) flush();
}

static void answer(const char *at, const char *end) {
  struct span id = {NULL, NULL};
  static const char null_text[] = "null";
  struct span params = {null_text, null_text + 4};
  int has_method = 0;
  at = skip_space(at, end);
  while (end > at && end[-1] != '}') end--;
  if (at == end) return;
  for (at++; at < end;) {
    at = skip_space(at, end);
    if (*at != '"') break;
    struct span name = {at + 1, skip_string(at, end) - 1};
    at = skip_space(name.end + 1, end);
    struct span value = {skip_space(at + 1, end), NULL};
    int is_params = is_name(name, "params");
    /* All members that matter have been seen: params ends where the message does. */
    value.end = is_params && id.start != NULL && has_method ? end - 1 : skip_value(value.start, end);
    if (is_params) params = value;
    else if (is_name(name, "id")) id = value;
    else if (is_name(name, "method")) has_method = 1;
    at = skip_space(value.end, end);
    if (*at == ',') at++;
  }
  if (id.start != NULL && has_method) reply(id, params);
}

/* Answers every complete line; returns how many bytes they took. */
static size_t answer_lines(void) {
  size_t at = 0;
  for (;;) {
    const char *start = in.bytes + at;
    const char *newline = memchr(start, '\n', in.used - at);
    if (newline == NULL) return at;
    answer(start, newline);
    at = (size_t)(newline + 1 - in.bytes);
  }
}

/* The same for messages with a header. */
static size_t answer_framed(void) {
  static const char name[] = "Content-Length:";
  size_t at = 0;
  for (;;) {
    const char *start = in.bytes + at;
    size_t rest = in.used - at;
    const char *body = memmem(start, rest, "\r\n\r\n", 4);
    if (body == NULL) return at;
    const char *field = memmem(start, (size_t)(body - start), name, sizeof name - 1);
    if (field == NULL) exit(2);
    size_t length = strtoul(field + sizeof name - 1, NULL, 10);
    body += 4;
    if ((size_t)(body - start) + length > rest) return at;
    answer(body, body + length);
    at += (size_t)(body - start) + length;
  }
}

int main(int argc, char **argv) {
  has_header = argc > 1 && strcmp(argv[1], "--content-length") == 0;
  for (;;) {
    reserve(&in, READ_BYTES);
    ssize_t got = read(0, in.bytes + in.used, in.capacity - in.used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return 0;
    in.used += (size_t)got;
    size_t done = has_header ? answer_framed() : answer_lines();
    if (done > 0) {
      in.used -= done;
      memmove(in.bytes, in.bytes + done, in.used);
    }
    flush();
  }
}
