/*
 * The agent that every supervisor is given: so small that what is measured is the supervisor. Words are KEY=VALUE:
 *   ID, STAMP      appends "NANOSECONDS PID ID\n" to the file STAMP once it runs (CLOCK_MONOTONIC)
 *   LISTEN         IPv4:PORT; takes connections and answers each request with HTTP 200
 *   NOTIFYFD       writes a line to this descriptor once it runs (readiness for s6)
 *   LOGMS          writes a line to standard output every so many milliseconds, and ends where that fails
 *   READYMS        tells $NOTIFY_SOCKET after so many milliseconds that it is ready
 *   STOPMS         takes so many milliseconds to end once it is asked to
 *   FLOOD, SECONDS after SIGUSR1 writes so many MB/s to standard output for so long, then appends "# BYTES NANOSECONDS"
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int words;
static char **word;

static const char *option(const char *key, const char *otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < words; i++)
    if (!strncmp(word[i], key, length) && word[i][length] == '=') return word[i] + length + 1;
  return otherwise;
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void pause_ms(long ms) {
  struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&t, NULL);
}

/* One write of one line, so that lines of many agents never mix. */
static void stamp(const char *line, int length) {
  int fd = open(option("STAMP", "/dev/null"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, line, length) < 0) _exit(2);
  close(fd);
}

static volatile sig_atomic_t told;
static long stop_ms;
static void on_term(int signal) { (void)signal; pause_ms(stop_ms); _exit(0); }
static void on_usr1(int signal) { (void)signal; told = 1; }

static void serve(const char *where) {
  char host[32] = "", in[4096];
  const char *colon = strchr(where, ':'), *answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  if (!colon || colon - where >= (int)sizeof host) _exit(3);
  memcpy(host, where, colon - where);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (!inet_aton(host, &at.sin_addr) || bind(server, (void *)&at, sizeof at) || listen(server, 64)) {
    perror(where);
    _exit(3);
  }
  for (;;) {
    int client = accept(server, NULL, NULL);
    if (client < 0) continue;
    if (read(client, in, sizeof in) > 0 && write(client, answer, strlen(answer)) < 0) { /* the client has left */ }
    close(client);
  }
}

static void tell_ready(void) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  const char *where = getenv("NOTIFY_SOCKET");
  if (!where || strlen(where) >= sizeof at.sun_path) _exit(5);
  strcpy(at.sun_path, where);
  int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sendto(client, "READY=1", 7, 0, (void *)&at, sizeof at) != 7) _exit(5);
  close(client);
}

static void flood(double bytes_per_second, double seconds) {
  static char block[65536];
  for (size_t i = 0; i < sizeof block; i++) block[i] = i % 128 == 127 ? '\n' : 'a' + i % 26;
  while (!told) pause_ms(20);
  long long began = now(), sent = 0;
  while (now() - began < seconds * 1e9) {
    ssize_t wrote = write(1, block, sizeof block);
    if (wrote < 0 && errno != EINTR) break;
    if (wrote > 0) sent += wrote;
    double ahead = sent / bytes_per_second - (now() - began) / 1e9;
    if (ahead > 0.002) pause_ms(ahead * 1000);
  }
  char line[96];
  stamp(line, snprintf(line, sizeof line, "# %lld %lld\n", sent, now() - began));
}

int main(int argc, char **argv) {
  words = argc;
  word = argv;
  stop_ms = atol(option("STOPMS", "0"));
  struct sigaction act = {.sa_handler = on_term};
  sigaction(SIGTERM, &act, NULL);
  sigaction(SIGINT, &act, NULL);
  act.sa_handler = on_usr1;
  sigaction(SIGUSR1, &act, NULL);
  char line[160];
  stamp(line, snprintf(line, sizeof line, "%lld %d %s\n", now(), (int)getpid(), option("ID", "?")));
  int notify = atoi(option("NOTIFYFD", "0"));
  if (notify > 2) {
    if (write(notify, "\n", 1) < 0) { /* nobody listens */ }
    close(notify);
  }
  if (*option("READYMS", "")) {
    pause_ms(atol(option("READYMS", "0")));
    tell_ready();
  }
  double rate = atof(option("FLOOD", "0"));
  if (rate > 0) flood(rate * 1e6, atof(option("SECONDS", "8")));
  if (*option("LISTEN", "")) serve(option("LISTEN", ""));
  long every = atol(option("LOGMS", "0"));
  while (every > 0) {
    if (write(1, "tick\n", 5) < 0 && errno != EINTR) _exit(4);
    pause_ms(every);
  }
  for (;;) pause();
}
