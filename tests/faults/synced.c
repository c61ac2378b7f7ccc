/* Preloaded into the bot: keeps a copy of each file of the database as it was when it was last synced, which is what
   a power cut would leave of it. SYNCED_FILES is the path that the files' names begin with, SYNCED_FOLDER where the
   copies go. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffer[1 << 20];

static void keep(int file) {
  const char *prefix = getenv("SYNCED_FILES"), *folder = getenv("SYNCED_FOLDER");
  char link[64], path[4096], copy[4096], partial[4200];
  if (prefix == NULL || folder == NULL) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (strncmp(path, prefix, strlen(prefix)) != 0) return;
  snprintf(copy, sizeof copy, "%s/%s", folder, strrchr(path, '/') + 1);
  snprintf(partial, sizeof partial, "%s.partial", copy);
  int target = open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (target < 0) abort();
  off_t at = 0;
  ssize_t got;
  while ((got = pread(file, buffer, sizeof buffer, at)) > 0) {
    if (write(target, buffer, got) != got) abort();
    at += got;
  }
  close(target);
  /* In one step, so that a kill in the middle leaves the copy before. */
  if (rename(partial, copy) != 0) abort();
}

int fsync(int file) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fsync");
  int result = real(file);
  if (result == 0) keep(file);
  return result;
}

int fdatasync(int file) {
  static int (*real)(int);
  if (real == NULL) real = dlsym(RTLD_NEXT, "fdatasync");
  int result = real(file);
  if (result == 0) keep(file);
  return result;
}
