/*
 * An agent as a sidecar sees most of them: it answers HTTP, and says on the bus that it lives. Words are KEY=VALUE:
 *   LISTEN    IPv4:PORT; takes connections and answers each request with HTTP 200
 *   BEATMS    a beat on $OUTRIDER_BUS every so many milliseconds (ZMTP 3.0, PUSH, over a unix socket)
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

static const char *option(int count, char **words, const char *key) {
  size_t length = strlen(key);
  for (int i = 1; i < count; i++)
    if (!strncmp(words[i], key, length) && words[i][length] == '=') return words[i] + length + 1;
  fprintf(stderr, "%s is missing\n", key);
  exit(2);
}

static long long now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int listen_on(const char *where) {
  char host[32] = "";
  const char *colon = strchr(where, ':');
  if (!colon || colon - where >= (int)sizeof host) exit(3);
  memcpy(host, where, colon - where);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (!inet_aton(host, &at.sin_addr) || bind(server, (void *)&at, sizeof at) || listen(server, 64)) {
    perror(where);
    exit(3);
  }
  return server;
}

/* A PUSH socket that the other side has taken, or -1. */
static int connect_bus(void) {
  const char *endpoint = getenv("OUTRIDER_BUS");
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  if (!endpoint || strncmp(endpoint, "ipc://", 6) || strlen(endpoint + 6) >= sizeof at.sun_path) return -1;
  strcpy(at.sun_path, endpoint + 6);
  static const char ready[] = "\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PUSH";
  char hello[64 + sizeof ready - 1] = "\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL", in[256];
  memcpy(hello + 64, ready, sizeof ready - 1);
  struct timeval patience = {.tv_sec = 2};
  int bus = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(bus, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (!connect(bus, (void *)&at, sizeof at) && write(bus, hello, sizeof hello) == sizeof hello &&
      recv(bus, in, 64, MSG_WAITALL) == 64 && recv(bus, in, 2, MSG_WAITALL) == 2) {
    ssize_t length = (unsigned char)in[1];
    if (recv(bus, in, length, MSG_WAITALL) == length) return bus;
  }
  close(bus);
  return -1;
}

/* Says one beat; the socket to go on with, or -1: the other side was started anew, and next time it is called again. */
static int beat(int bus) {
  static long seq;
  char frame[128];
  if (bus < 0) bus = connect_bus();
  if (bus < 0) return -1;
  int length = snprintf(frame + 2, sizeof frame - 2, "{\"type\":\"beat\",\"seq\":%ld,\"busy\":false}", ++seq);
  frame[0] = 0;
  frame[1] = (char)length;
  if (write(bus, frame, length + 2) == length + 2) return bus;
  close(bus);
  return -1;
}

static void answer(int server) {
  char in[4096];
  int client = accept(server, NULL, NULL);
  if (client < 0) return;
  if (read(client, in, sizeof in) > 0 && write(client, ANSWER, sizeof ANSWER - 1) < 0) { /* the client has left */ }
  close(client);
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  int server = listen_on(option(argc, argv, "LISTEN")), bus = -1;
  long every = atol(option(argc, argv, "BEATMS"));
  long long next = now_ms();
  for (;;) {
    if (now_ms() >= next) {
      bus = beat(bus);
      next += every;
    }
    long long left = next - now_ms();
    struct pollfd wait = {.fd = server, .events = POLLIN};
    if (poll(&wait, 1, left > 0 ? (int)left : 0) > 0) answer(server);
  }
}
