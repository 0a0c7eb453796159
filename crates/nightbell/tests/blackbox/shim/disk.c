/*
 * A disk that fails, for one process: preloaded into the binary under test, compiled when the test runs. Not part of the product.
 *
 * Once the file SHIM_TRIGGER exists, every call of the kind SHIM_FAILS ("fsync" or "write") on the file SHIM_FILE
 * fails, as a disk does whose medium is gone (EIO) or that was remounted read-only (EROFS). Each failure is one line in SHIM_LOG.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(const char *kind, int fd) {
    const char *kinds = getenv("SHIM_FAILS"), *file = getenv("SHIM_FILE"), *trigger = getenv("SHIM_TRIGGER");
    char link[64], path[4096];
    ssize_t length;
    int saved = errno;
    if (!kinds || !file || !trigger || strcmp(kinds, kind) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0) { errno = saved; return 0; }
    path[length] = 0;
    if (strcmp(path, file) != 0 || access(trigger, F_OK) != 0) { errno = saved; return 0; }
    const char *log = getenv("SHIM_LOG");
    int out = log ? open(log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (out >= 0) {
        char line[4200];
        int size = snprintf(line, sizeof line, "%s %s\n", kind, path);
        ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
        if (real(out, line, (size_t)size) < 0) { /* the test misses the line and says so */ }
        close(out);
    }
    errno = strcmp(kind, "fsync") == 0 ? EIO : EROFS;
    return 1;
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return fails("fsync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    return fails("fsync", fd) ? -1 : real(fd);
}

ssize_t write(int fd, const void *from, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return fails("write", fd) ? -1 : real(fd, from, size);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return fails("write", fd) ? -1 : real(fd, from, size, at);
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return fails("write", fd) ? -1 : real(fd, from, size, at);
}
