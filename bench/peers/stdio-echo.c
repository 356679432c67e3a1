/* A JSON-RPC echo on standard input and output that is as fast as such a program gets: it
 * answers every request with its params, without parsing more than it needs. It expects
 * "id" before "params" and "params" last, as the load generator writes them.
 *
 *     stdio-echo [--content-length]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *in, *out;
static size_t in_used, in_size, out_used, out_size;
static int headers;

static void flush(void) {
  size_t at = 0;
  while (at < out_used) {
    ssize_t n = write(1, out + at, out_used - at);
    if (n < 0 && errno != EINTR) exit(0);
    if (n > 0) at += (size_t)n;
  }
  out_used = 0;
}

static void reserve(char **buffer, size_t *size, size_t wanted) {
  while (*size < wanted) *size = *size ? *size * 2 : 1 << 18;
  *buffer = realloc(*buffer, *size);
  if (!*buffer) exit(1);
}

static void put(const char *bytes, size_t length) {
  memcpy(out + out_used, bytes, length);
  out_used += length;
}

/* Answers the message in [at, end). */
static void answer(const char *at, const char *end) {
  static const char start[] = "{\"jsonrpc\":\"2.0\",\"id\":", result[] = ",\"result\":";
  const char *id = memmem(at, (size_t)(end - at), "\"id\":", 5);
  if (!id) return;
  id += 5;
  const char *id_end = id;
  if (*id == '"') {
    for (id_end++; *id_end != '"'; id_end++) if (*id_end == '\\') id_end++;
    id_end++;
  } else while (*id_end != ',' && *id_end != '}' && *id_end != ' ') id_end++;
  const char *params = memmem(at, (size_t)(end - at), "\"params\":", 9);
  const char *params_end = end;
  while (params_end > at && params_end[-1] != '}') params_end--;
  params_end--;
  size_t params_length = params ? (size_t)(params_end - (params + 9)) : 4;
  size_t length = sizeof start - 1 + (size_t)(id_end - id) + sizeof result - 1 + params_length + 1;
  if (out_size < out_used + length + 64) reserve(&out, &out_size, out_used + length + 64);
  if (headers) out_used += (size_t)sprintf(out + out_used, "Content-Length: %zu\r\n\r\n", length);
  put(start, sizeof start - 1);
  put(id, (size_t)(id_end - id));
  put(result, sizeof result - 1);
  put(params ? params + 9 : "null", params_length);
  put(headers ? "}" : "}\n", headers ? 1 : 2);
}

/* Uses up the messages in [0, in_used); returns how many bytes that were. */
static size_t answer_lines(void) {
  char *at = in, *end = in + in_used, *lf;
  while ((lf = memchr(at, '\n', (size_t)(end - at)))) {
    if (lf > at) answer(at, lf);
    at = lf + 1;
  }
  return (size_t)(at - in);
}

static size_t answer_bodies(void) {
  char *at = in, *end = in + in_used;
  for (;;) {
    char *body = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
    if (!body) break;
    char *header = memmem(at, (size_t)(body - at), "Content-Length:", 15);
    size_t length = header ? (size_t)strtoul(header + 15, NULL, 10) : 0;
    body += 4;
    if ((size_t)(end - body) < length) break;
    answer(body, body + length);
    at = body + length;
  }
  return (size_t)(at - in);
}

int main(int argc, char **argv) {
  headers = argc > 1 && !strcmp(argv[1], "--content-length");
  for (;;) {
    if (in_size < in_used + (1 << 17)) reserve(&in, &in_size, in_used + (1 << 18));
    ssize_t n = read(0, in + in_used, in_size - in_used);
    if (n <= 0) return 0;
    in_used += (size_t)n;
    size_t done = headers ? answer_bodies() : answer_lines();
    flush();
    memmove(in, in + done, in_used - done);
    in_used -= done;
  }
}
