// Writes that are made later: each accepted connection has a line of its own, and one thread makes what is due, in order.
struct line;

struct item {
  struct item *next;
  struct line *line;
  struct timespec due;
  enum { WRITE, SHUT, CLOSE } what;
  size_t size, done;
  unsigned char bytes[];
};

struct queue {
  struct item *first, **last;
};

// A connection, by a descriptor of our own, which outlives Envoy's; what its peer is too slow for waits here.
struct line {
  int fd;
  struct queue stuck;
  struct line *next_stuck;
};

static struct line *_Atomic lines[MOST_FDS];
static struct queue waiting;
static struct line *stuck_lines;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t news;
static pthread_once_t started = PTHREAD_ONCE_INIT;

static void append(struct queue *queue, struct item *item) {
  item->next = NULL;
  *(queue->first ? queue->last : &queue->first) = item;
  queue->last = &item->next;
}

static struct item *take(struct queue *queue) {
  struct item *item = queue->first;
  queue->first = item->next;
  return item;
}

static int is_due(const struct timespec *due) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > due->tv_sec || (now.tv_sec == due->tv_sec && now.tv_nsec >= due->tv_nsec);
}

static struct timespec in(long ms) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_nsec += ms * 1000000;
  at.tv_sec += at.tv_nsec / 1000000000;
  at.tv_nsec %= 1000000000;
  return at;
}

// False when the peer takes no more for now. What a broken connection was to get is forgotten: Envoy reads that it is broken.
static int make(struct item *item) {
  while (item->what == WRITE && item->done < item->size) {
    const ssize_t sent = REAL(send)(item->line->fd, item->bytes + item->done, item->size - item->done, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (sent < 0 && errno != EINTR) break;
    if (sent > 0) item->done += sent;
  }
  if (item->what == SHUT) ((int (*)(int, int))dlsym(RTLD_NEXT, "shutdown"))(item->line->fd, SHUT_WR);
  return 1;
}

static void finish(struct item *item) {
  if (item->what == CLOSE) {
    REAL(close)(item->line->fd);
    free(item->line);
  }
  free(item);
}

static void try_stuck(void) {
  struct line *all = stuck_lines;
  stuck_lines = NULL;
  while (all) {
    struct line *line = all;
    all = line->next_stuck;
    int open = 1;
    while (line->stuck.first && make(line->stuck.first)) {
      struct item *item = take(&line->stuck);
      open = item->what != CLOSE;
      finish(item);
      if (!open) break;
    }
    if (open && line->stuck.first) {
      line->next_stuck = stuck_lines;
      stuck_lines = line;
    }
  }
}

static void *make_all(void *none) {
  for (;;) {
    pthread_mutex_lock(&gate);
    while (!(waiting.first && is_due(&waiting.first->due))) {
      if (!waiting.first && !stuck_lines) {
        pthread_cond_wait(&news, &gate);
        continue;
      }
      const struct timespec soon = in(1);
      if (stuck_lines) pthread_cond_timedwait(&news, &gate, &soon);
      else pthread_cond_timedwait(&news, &gate, &waiting.first->due);
      if (stuck_lines) break;
    }
    struct item *item = waiting.first && is_due(&waiting.first->due) ? take(&waiting) : NULL;
    pthread_mutex_unlock(&gate);
    if (stuck_lines) try_stuck();
    if (!item) continue;
    struct line *line = item->line;
    if (!line->stuck.first && make(item)) {
      finish(item);
      continue;
    }
    if (!line->stuck.first) {
      line->next_stuck = stuck_lines;
      stuck_lines = line;
    }
    append(&line->stuck, item);
  }
  return none;
}

static void start(void) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&news, &attributes);
  pthread_t thread;
  pthread_create(&thread, NULL, make_all, NULL);
}

static void later(struct item *item) {
  pthread_once(&started, start);
  pthread_mutex_lock(&gate);
  item->due = in(DELAY_MS);
  append(&waiting, item);
  pthread_cond_signal(&news);
  pthread_mutex_unlock(&gate);
}

static struct item *item_for(struct line *line, int what, size_t size) {
  struct item *item = calloc(1, sizeof *item + size);
  if (!item) abort();
  item->line = line;
  item->what = what;
  item->size = size;
  return item;
}

static void open_line(int fd) {
  struct line *line = calloc(1, sizeof *line);
  if (!line) abort();
  line->fd = dup(fd);
  lines[fd] = line;
}

static void close_line(int fd) {
  struct line *line = lines[fd];
  if (!line) return;
  lines[fd] = NULL;
  later(item_for(line, CLOSE, 0));
}

static int shut_later(int fd) {
  if (purpose_of(fd) != TRAFFIC || !lines[fd]) return 0;
  later(item_for(lines[fd], SHUT, 0));
  return 1;
}

static ssize_t write_later(int fd, const struct iovec *parts, int count) {
  size_t size = 0;
  for (int at = 0; at < count; at++) size += parts[at].iov_len;
  if (!lines[fd] || size == 0) return 0;
  struct item *item = item_for(lines[fd], WRITE, size);
  unsigned char *to = item->bytes;
  for (int at = 0; at < count; at++) to = (unsigned char *)memcpy(to, parts[at].iov_base, parts[at].iov_len) + parts[at].iov_len;
  later(item);
  return (ssize_t)size;
}
