#include "pipe_pair.h"

#include <cerrno>

#ifndef _WIN32
#include <fcntl.h>
#include <unistd.h>
#endif

namespace sluice {

int open_pipe(int ends[2]) {
#if defined(_WIN32)
  static_cast<void>(ends);
  return ENOSYS;
#elif defined(__linux__)
  return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#else
  if (pipe(ends) != 0) return errno;
  // Only the main thread starts processes, and it is here.
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

size_t write_now(int end, const void* bytes, size_t length) {
#if defined(_WIN32)
  static_cast<void>(end);
  static_cast<void>(bytes);
  static_cast<void>(length);
  return 0;
#else
  const ssize_t written = write(end, bytes, length);
  return written < 0 ? 0 : static_cast<size_t>(written);
#endif
}

}  // namespace sluice
