// Makes one storage operation of a program go wrong. Loaded with LD_PRELOAD, it stands between the
// program, SQLite within it, and the C library, and counts what changes a file below a folder:
// writes, synchronisations, cuts, renames, removals and new folders.
//
//   FAULT_FOLDER  the folder
//   FAULT_AT      which operation, from 1; 0 for none
//   FAULT_KIND    eio     it fails with EIO, once
//                 enospc  it fails with ENOSPC, once
//                 gone    it fails with EIO, and so does every one after it
//                 tear    half of a write is done, of anything else nothing, and the program is killed
//                 delay   it is done 20 ms late
//   FAULT_COUNT   a file outside the folder, to which the number of operations is written at the end
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

enum verdict { PASS, FAIL, TEAR };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static long count;

static int below_folder(const char *path) {
    const char *folder = getenv("FAULT_FOLDER");
    return folder && path && !strncmp(path, folder, strlen(folder));
}

static int in_folder(int fd) {
    char link[40], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below_folder(path);
}

// Counts an operation and says what is to become of it; sets errno for one that fails.
static enum verdict judge(void) {
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    pthread_mutex_lock(&turn);
    long now = ++count, wanted = at ? atol(at) : 0;
    pthread_mutex_unlock(&turn);
    if (!kind || !wanted || now < wanted) return PASS;
    errno = strcmp(kind, "enospc") ? EIO : ENOSPC;
    if (!strcmp(kind, "gone")) return FAIL;
    if (now > wanted) return PASS;
    if (!strcmp(kind, "tear")) return TEAR;
    if (!strcmp(kind, "delay")) {
        struct timespec late = {0, 20 * 1000 * 1000};
        nanosleep(&late, NULL);
        return PASS;
    }
    return FAIL;
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

// What has no half: done as a whole, or not at all.
#define WHOLE(mine, call) \
    if (mine) switch (judge()) { case PASS: break; case FAIL: return -1; case TEAR: die(); } \
    return call

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", count);
    fclose(file);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    if (in_folder(fd)) switch (judge()) {
        case PASS: break;
        case FAIL: return -1;
        case TEAR: real(fd, bytes, length / 2); die();
    }
    return real(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    REAL(pwrite);
    if (in_folder(fd)) switch (judge()) {
        case PASS: break;
        case FAIL: return -1;
        case TEAR: real(fd, bytes, length / 2, at); die();
    }
    return real(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(pwrite64);
    if (in_folder(fd)) switch (judge()) {
        case PASS: break;
        case FAIL: return -1;
        case TEAR: real(fd, bytes, length / 2, at); die();
    }
    return real(fd, bytes, length, at);
}

int fsync(int fd) { REAL(fsync); WHOLE(in_folder(fd), real(fd)); }
int fdatasync(int fd) { REAL(fdatasync); WHOLE(in_folder(fd), real(fd)); }
int ftruncate(int fd, off_t to) { REAL(ftruncate); WHOLE(in_folder(fd), real(fd, to)); }
int ftruncate64(int fd, off64_t to) { REAL(ftruncate64); WHOLE(in_folder(fd), real(fd, to)); }
int rename(const char *from, const char *to) { REAL(rename); WHOLE(below_folder(to), real(from, to)); }
int unlink(const char *path) { REAL(unlink); WHOLE(below_folder(path), real(path)); }
int unlinkat(int fd, const char *path, int flags) {
    REAL(unlinkat);
    WHOLE(in_folder(fd) || below_folder(path), real(fd, path, flags));
}
int rmdir(const char *path) { REAL(rmdir); WHOLE(below_folder(path), real(path)); }
int mkdir(const char *path, mode_t mode) { REAL(mkdir); WHOLE(below_folder(path), real(path, mode)); }
