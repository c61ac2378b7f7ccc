/* Preloaded into the bot: a disk that fails when it is told to, and a record of what was on it when requests left.

   TROUBLE_FILES is the path that the database's files begin with, TROUBLE_FOLDER where orders and records are.
   The file "orders" there may hold "sync" (fsync fails with EIO) or "write" (writing fails with EROFS).
   Each time the write-ahead log was synced it is copied to N-wal, N counting from 1; each request for a message is a
   line of "requests": the channel, and the N before it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int synced;
static char buffer[1 << 20];

#define REAL(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* The path of an open file, if it is one of the database's. */
static int ours(int file, char *path, size_t size) {
  const char *prefix = getenv("TROUBLE_FILES");
  char link[64];
  if (prefix == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, prefix, strlen(prefix)) == 0;
}

static int ordered(const char *order) {
  char path[4096], said[16] = "";
  const char *folder = getenv("TROUBLE_FOLDER");
  if (folder == NULL) return 0;
  snprintf(path, sizeof path, "%s/orders", folder);
  int file = open(path, O_RDONLY);
  if (file < 0) return 0;
  ssize_t got = read(file, said, sizeof said - 1);
  close(file);
  return got > 0 && strncmp(said, order, strlen(order)) == 0;
}

static void keep(int file) {
  char copy[4200];
  snprintf(copy, sizeof copy, "%s/%d-wal", getenv("TROUBLE_FOLDER"), atomic_load(&synced) + 1);
  int target = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (target < 0) abort();
  off_t at = 0;
  ssize_t got;
  while ((got = pread(file, buffer, sizeof buffer, at)) > 0) {
    if (write(target, buffer, got) != got) abort();
    at += got;
  }
  close(target);
  atomic_fetch_add(&synced, 1);
}

static int sync_or_fail(int file, int (*real)(int)) {
  char path[4096];
  if (!ours(file, path, sizeof path)) return real(file);
  if (ordered("sync")) {
    errno = EIO;
    return -1;
  }
  int result = real(file);
  size_t length = strlen(path);
  if (result == 0 && length > 4 && strcmp(path + length - 4, "-wal") == 0) keep(file);
  return result;
}

int fsync(int file) {
  REAL(fsync);
  return sync_or_fail(file, real);
}

int fdatasync(int file) {
  REAL(fdatasync);
  return sync_or_fail(file, real);
}

static int refused(int file) {
  char path[4096];
  if (!ours(file, path, sizeof path) || !ordered("write")) return 0;
  errno = EROFS;
  return 1;
}

ssize_t pwrite(int file, const void *data, size_t length, off_t at) {
  REAL(pwrite);
  return refused(file) ? -1 : real(file, data, length, at);
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t at) {
  REAL(pwrite64);
  return refused(file) ? -1 : real(file, data, length, at);
}

static void note(const char *data, size_t length) {
  static const char start[] = "POST /api/v10/channels/";
  char path[4200], line[64];
  unsigned long long channel;
  char rest[16] = "";
  if (getenv("TROUBLE_FOLDER") == NULL || length < sizeof start + 32) return;
  if (strncmp(data, start, sizeof start - 1) != 0) return;
  if (sscanf(data + sizeof start - 1, "%llu/%9s", &channel, rest) != 2 || strcmp(rest, "messages") != 0) return;
  snprintf(path, sizeof path, "%s/requests", getenv("TROUBLE_FOLDER"));
  snprintf(line, sizeof line, "%llu %d\n", channel, atomic_load(&synced));
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0 || write(file, line, strlen(line)) < 0) abort();
  close(file);
}

ssize_t send(int socket, const void *data, size_t length, int flags) {
  REAL(send);
  note(data, length);
  return real(socket, data, length, flags);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  if (message->msg_iovlen > 0) note(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
  return real(socket, message, flags);
}
