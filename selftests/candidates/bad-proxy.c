// What is wrong with a planted candidate's proxy: a library that the image loads before Envoy (LD_PRELOAD), so that the defect
// is in the candidate and nowhere else. One defect a build; see proxy-images.ts for their sizes.
//   -DDELAY_MS=8            holds every write back that long, on connections that the proxy accepted: once for each request and
//                           proxy, since the answer goes that way. Envoy's threads never wait, so no other connection stalls.
//   -DRESETS_PER_MILLION=n  resets that share of the requests of the pod's own application, instead of answering them
//   -DLEAK_BYTES=n          never gives back so much memory for every answer, out of Envoy's own allocator
//   -DRESETS_ON_DRAIN       once told to drain, resets the connection of each request that it should still answer
// Only what carries traffic is touched: not the admin, health and metrics ports, nor what Envoy itself connects to.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define MOST_FDS 65536
#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))
#define DECLARE(name) static void *_Atomic real_##name

// What an accepted connection is for, by the local port that it came to. OWN: the proxy's own doors.
enum purpose { NONE = 0, ADMIN, OWN, TRAFFIC };
static _Atomic unsigned char purposes[MOST_FDS];

static void *real(void *_Atomic *known, const char *name) {
  if (!*known) *known = dlsym(RTLD_NEXT, name);
  return *known;
}

DECLARE(accept4);
DECLARE(close);
DECLARE(send);
DECLARE(writev);

static enum purpose purpose_of(int fd) {
  return fd >= 0 && fd < MOST_FDS ? (enum purpose)purposes[fd] : NONE;
}

static enum purpose purpose_of_port(int port) {
  if (port == 15000) return ADMIN;
  return port == 15020 || port == 15021 || port == 15090 ? OWN : TRAFFIC;
}

static int local_port(int fd) {
  struct sockaddr_storage at;
  socklen_t size = sizeof at;
  if (getsockname(fd, (struct sockaddr *)&at, &size) != 0) return -1;
  if (at.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&at)->sin_port);
  return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port) : -1;
}

// Begins an answer in clear: HTTP/1.x, or HEADERS of HTTP/2 that do not end the stream (those are trailers).
__attribute__((unused)) static int begins_answer(const unsigned char *bytes, size_t size) {
  if (size >= 7 && memcmp(bytes, "HTTP/1.", 7) == 0) return 1;
  return size >= 9 && bytes[0] == 0 && bytes[3] == 1 && (bytes[4] & 1) == 0;
}

// A TLS record with data of an application, not one of a handshake.
__attribute__((unused)) static int carries_data(const unsigned char *bytes, size_t size) {
  return size >= 5 && (bytes[0] < 0x14 || bytes[0] > 0x16);
}

// The peer gets a reset when Envoy closes the connection, which it does after this.
__attribute__((unused)) static ssize_t reset(int fd) {
  const struct linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  errno = ECONNRESET;
  return -1;
}

#ifdef DELAY_MS
#include "delayed-writes.h"
#endif

#ifdef RESETS_PER_MILLION
static int unlucky(void) {
  uint32_t number;
  if (getrandom(&number, sizeof number, 0) != sizeof number) return 0;
  return number % 1000000 < RESETS_PER_MILLION;
}
#endif

#ifdef RESETS_ON_DRAIN
static _Atomic int draining;
#endif

// What becomes of a write: 0 when it is to be made as asked.
static ssize_t spoiled(int fd, const struct iovec *parts, int count) {
  if (purpose_of(fd) != TRAFFIC || count < 1) return 0;
  const unsigned char *bytes = parts[0].iov_base;
  const size_t size = parts[0].iov_len;
#if defined DELAY_MS
  (void)bytes, (void)size;
  return write_later(fd, parts, count);
#elif defined RESETS_PER_MILLION
  return begins_answer(bytes, size) && unlucky() ? reset(fd) : 0;
#elif defined LEAK_BYTES
  if (carries_data(bytes, size)) {
    volatile char *lost = malloc(LEAK_BYTES);
    for (size_t at = 0; lost && at < LEAK_BYTES; at += 512) lost[at] = 1;
  }
  return 0;
#elif defined RESETS_ON_DRAIN
  return draining && carries_data(bytes, size) ? reset(fd) : 0;
#else
#error "no defect is named"
#endif
}

int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags) {
  const int fd = REAL(accept4)(listener, address, size, flags);
  if (fd < 0 || fd >= MOST_FDS) return fd;
  const int port = local_port(fd);
  purposes[fd] = port < 0 ? NONE : purpose_of_port(port);
#ifdef DELAY_MS
  if (purposes[fd] == TRAFFIC) open_line(fd);
#endif
  return fd;
}

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS && purposes[fd] != NONE) {
    purposes[fd] = NONE;
#ifdef DELAY_MS
    close_line(fd);
#endif
  }
  return REAL(close)(fd);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  const ssize_t done = spoiled(fd, parts, count);
  return done != 0 ? done : REAL(writev)(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
  const struct iovec part = {(void *)bytes, size};
  const ssize_t done = spoiled(fd, &part, 1);
  return done != 0 ? done : REAL(send)(fd, bytes, size, flags);
}

#ifdef DELAY_MS
DECLARE(shutdown);
int shutdown(int fd, int how) {
  return how != SHUT_RD && shut_later(fd) ? 0 : REAL(shutdown)(fd, how);
}
#endif

#ifdef RESETS_ON_DRAIN
DECLARE(readv);
DECLARE(recv);
// pilot-agent asks Envoy's admin port to drain when the pod is to end.
static void listen_in(int fd, const void *bytes, ssize_t size) {
  static const char order[] = "POST /drain_listeners";
  if (purpose_of(fd) == ADMIN && size >= (ssize_t)sizeof order && memcmp(bytes, order, sizeof order - 1) == 0)
    draining = 1;
}

ssize_t readv(int fd, const struct iovec *parts, int count) {
  const ssize_t size = REAL(readv)(fd, parts, count);
  if (size > 0 && parts[0].iov_len >= (size_t)size) listen_in(fd, parts[0].iov_base, size);
  return size;
}

ssize_t recv(int fd, void *bytes, size_t most, int flags) {
  const ssize_t size = REAL(recv)(fd, bytes, most, flags);
  listen_in(fd, bytes, size);
  return size;
}
#endif
