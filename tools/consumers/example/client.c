// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays the sessions of gen-session.py with the example server, and compares
 * what comes back with what must come back, byte for byte.
 *
 * Prints TAP.  Exits with 0 if everything was as it should be, with 1 if not,
 * and with 2 if it could not be tried.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_TRIED	2
#define TIMEOUT_SECS	20

/* Each may take so long: after these the rest is not tried. */
#define MAX_FAILURES	3

/* What is sent byte by byte with -d; the rest goes in pieces up to MAX_PIECE */
#define DRIBBLE_LEN	512
#define MAX_PIECE	3000

static const char usage[] =
	"usage: client [OPTIONS] PORT FILE\n"
	"  -d    send in pieces, the first bytes one by one\n"
	"  -p    send all requests of a case before the first response is read\n"
	"  -c N  N clients at once\n"
	"  -r N  each plays the session N times\n"
	"  -n    send for ever and read nothing: to be disconnected is right\n";

struct options {
	bool dribble;
	bool pipeline;
	bool never_read;
	unsigned int num_clients;
	unsigned int num_rounds;
	unsigned short port;
	const char *path;
};

/* Record of a session, see gen-session.py */
struct record {
	char kind;
	char zero[3];
	uint32_t len;
	unsigned char data[];
} __packed;

struct session {
	const unsigned char *start;
	const unsigned char *end;
};

static const struct record *record_next(const struct session *session,
					const struct record *record)
{
	const unsigned char *next = record ? record->data + record->len :
					     session->start;

	return next == session->end ? NULL : (const struct record *)next;
}

/* The record behind @record, if it is of the same case. */
static const struct record *case_next(const struct session *session,
				      const struct record *record)
{
	record = record_next(session, record);
	return record && record->kind != 'C' ? record : NULL;
}

static bool is_whole(const struct session *session)
{
	const unsigned char *at = session->start;
	size_t rest = session->end - at;

	while (rest >= sizeof(struct record)) {
		const struct record *record = (const struct record *)at;
		size_t len = sizeof(*record) + record->len;

		if (!strchr("CSRE", record->kind) || len > rest)
			return false;
		at += len;
		rest -= len;
	}
	return !rest && session->end != session->start &&
	       session->start[0] == 'C';
}

static int server_connect(const struct options *options)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_SECS };
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(options->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (sock < 0)
		return -1;
	setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		close(sock);
		return -1;
	}
	return sock;
}

/* Why it went wrong, or NULL; an ended connection is for others to judge. */
static const char *send_all(const struct options *options, int sock,
			    const struct record *record)
{
	size_t done = 0, piece = record->len;

	while (done < record->len) {
		ssize_t n;

		if (options->dribble)
			piece = done < DRIBBLE_LEN ? 1 : done % MAX_PIECE + 1;
		if (piece > record->len - done)
			piece = record->len - done;
		n = send(sock, record->data + done, piece, MSG_NOSIGNAL);
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return NULL;
		if (n <= 0)
			return "cannot send";
		done += n;
	}
	return NULL;
}

static const char *expect(int sock, const struct record *record)
{
	unsigned char buf[512];
	ssize_t n;

	if (record->len > sizeof(buf))
		return "response longer than there is room for";
	n = recv(sock, buf, record->len, MSG_WAITALL);
	if (n < 0)
		return errno == EAGAIN ? "no response" : "cannot receive";
	if ((size_t)n < record->len)
		return n ? "a shorter response than expected" :
			   "the connection ended before the response";
	return memcmp(buf, record->data, n) ? "another response than expected" :
					      NULL;
}

static const char *expect_end(int sock)
{
	unsigned char byte;
	ssize_t n = recv(sock, &byte, 1, 0);

	if (n > 0)
		return "more responses than expected";
	if (n < 0 && errno != ECONNRESET)
		return "the connection did not end";
	return NULL;
}

/* All records of the case that are of @kind, or of any if that is 0 */
static const char *play_records(const struct options *options, int sock,
				const struct session *session,
				const struct record *record, char kind)
{
	const char *why = NULL;

	while (!why && (record = case_next(session, record))) {
		if (kind && record->kind != kind)
			continue;
		if (record->kind == 'S')
			why = send_all(options, sock, record);
		else if (record->kind == 'R')
			why = expect(sock, record);
		else
			why = expect_end(sock);
	}
	return why;
}

/* At its end the server has to end it as well, and to have said no more. */
static const char *play_case(const struct options *options,
			     const struct session *session,
			     const struct record *record)
{
	int sock = server_connect(options);
	const char *why;

	if (sock < 0)
		return "cannot connect";
	if (options->pipeline)
		why = play_records(options, sock, session, record, 'S') ?:
		      play_records(options, sock, session, record, 'R') ?:
		      play_records(options, sock, session, record, 'E');
	else
		why = play_records(options, sock, session, record, 0);
	if (!why) {
		shutdown(sock, SHUT_WR);
		why = expect_end(sock);
	}
	close(sock);
	return why;
}

/* Each case once; returns how many failed, if not too many. */
static unsigned int play_session(const struct options *options,
				 const struct session *session, bool show_all)
{
	const struct record *record = NULL;
	unsigned int num = 0, num_failed = 0;

	while (num_failed < MAX_FAILURES &&
	       (record = record_next(session, record))) {
		const char *why;

		if (record->kind != 'C')
			continue;
		num++;
		why = play_case(options, session, record);
		num_failed += !!why;
		if (why)
			printf("not ok %u - %.*s: %s\n", num, (int)record->len,
			       record->data, why);
		else if (show_all)
			printf("ok %u - %.*s\n", num, (int)record->len,
			       record->data);
	}
	return num_failed;
}

/* Processes that play it at the same time, again and again */
static unsigned int play_many(const struct options *options,
			      const struct session *session)
{
	unsigned int num_failed = 0;
	int status;

	for (unsigned int i = 0; i < options->num_clients; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return options->num_clients;
		if (pid)
			continue;
		for (unsigned int j = 0; !num_failed && j < options->num_rounds;
		     j++)
			num_failed = play_session(options, session, false);
		exit(num_failed ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	while (wait(&status) > 0)
		num_failed += !WIFEXITED(status) || WEXITSTATUS(status);
	printf("%s 1 - %u clients at once, %u times\n",
	       num_failed ? "not ok" : "ok", options->num_clients,
	       options->num_rounds);
	return num_failed;
}

/* Sends the first request forever and takes no response. */
static unsigned int never_read(const struct options *options,
			       const struct session *session)
{
	const struct record *record = case_next(session, record_next(session,
								     NULL));
	int sock = server_connect(options);
	ssize_t n;

	if (sock < 0)
		return 1;
	do {
		n = send(sock, record->data, record->len, MSG_NOSIGNAL);
	} while (n > 0);
	n = n < 0 && (errno == EPIPE || errno == ECONNRESET);
	printf("%s 1 - who takes no response is disconnected\n",
	       n ? "ok" : "not ok");
	close(sock);
	return !n;
}

static bool session_map(const char *path, struct session *session)
{
	struct stat st;
	void *map;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return false;
	map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return false;
	session->start = map;
	session->end = session->start + st.st_size;
	errno = EBADMSG;
	return is_whole(session);
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	int opt;

	while ((opt = getopt(argc, argv, "dpnc:r:")) != -1) {
		if (opt == 'd')
			options->dribble = true;
		else if (opt == 'p')
			options->pipeline = true;
		else if (opt == 'n')
			options->never_read = true;
		else if (opt == 'c')
			options->num_clients = atoi(optarg);
		else if (opt == 'r')
			options->num_rounds = atoi(optarg);
		else
			return false;
	}
	if (optind + 2 != argc)
		return false;
	options->port = atoi(argv[optind]);
	options->path = argv[optind + 1];
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .num_rounds = 1 };
	struct session session;
	unsigned int num_failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!parse_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return EXIT_NOT_TRIED;
	}
	if (!session_map(options.path, &session)) {
		fprintf(stderr, "client: %s: %s\n", options.path,
			strerror(errno));
		return EXIT_NOT_TRIED;
	}
	if (options.never_read)
		num_failed = never_read(&options, &session);
	else if (options.num_clients)
		num_failed = play_many(&options, &session);
	else
		num_failed = play_session(&options, &session, true);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
