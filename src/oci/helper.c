/* Docker's credential helper protocol (docker/docker-credential-helpers): the server's name on
 * stdin,
 * {"Username", "Secret"} on stdout; the user name "<token>" marks an identity token. */
#include "base/buf.h"
#include "base/json.h"
#include "base/time.h"
#include "oci/credentials.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

enum { HELPER_TIMEOUT_MS = 30000, ANSWER_BYTES_MAX = 64 << 10 };

static bool is_helper_name(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool word =
		        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && c != '-' && c != '_' && (c != '.' || !i))
			return false;
	}
	return name.n > 0 && name.n < 100;
}

static int spawn(const char *program, int in, int out, pid_t *pid, struct error *e)
{
	char verb[] = "get", name[128];
	char *argv[] = { name, verb, NULL };
	posix_spawn_file_actions_t files;
	int r;

	snprintf(name, sizeof name, "%s", program);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	r = posix_spawnp(pid, program, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return r ? error_errno(e, r, "%s", program) : 0;
}

static int read_answer(int fd, struct buf *answer, struct error *e)
{
	int64_t end_ms = time_mono_ms() + HELPER_TIMEOUT_MS;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end_ms - time_mono_ms();
		char *room;
		ssize_t got;

		if (left <= 0)
			return error_set(e, ERR_UPSTREAM, "no answer in %d s",
			                 HELPER_TIMEOUT_MS / 1000);
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		if (!(room = buf_room(answer, 4096)))
			return error_set(e, ERR_LIMIT, "its answer is too large");
		got = read(fd, room, 4096);
		if (got <= 0)
			return 0;
		buf_grown(answer, (size_t)got);
	}
}

/* The server's name fits any pipe; a helper that never reads it must not block or kill us. */
static void send_server(int fd, str server)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	sigset_t pipe_only, old;
	struct timespec now = { 0 };
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &old);
	if (write(fd, server.p, server.n) < 0 && errno == EPIPE)
		sigtimedwait(&pipe_only, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static int understand(str answer, struct credentials *out, struct error *e)
{
	struct json *j = NULL;
	str username, password;

	if (json_parse("its answer", answer, &j, e) < 0)
		return error_set(e, ERR_FORMAT, "its answer is no JSON");
	username = json_str(j, "Username");
	password = json_str(j, "Secret");
	if (str_eq(username, STR("<token>"))) {
		secret_set(&out->identity, password);
	} else {
		secret_set(&out->username, username);
		secret_set(&out->password, password);
	}
	json_free(j);
	return 1;
}

static int run(const char *program, str server, struct buf *answer, int *status, struct error *e)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 }, r;
	pid_t pid = 0;

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0) {
		r = error_errno(e, errno, "pipe");
		if (to[0] >= 0) {
			close(to[0]);
			close(to[1]);
		}
		return r;
	}
	r = spawn(program, to[0], from[1], &pid, e);
	close(to[0]);
	close(from[1]);
	if (!r) {
		send_server(to[1], server);
		close(take_fd(&to[1]));
		r = read_answer(from[0], answer, e);
		if (r < 0)
			kill(pid, SIGKILL);
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	}
	if (to[1] >= 0)
		close(to[1]);
	close(from[0]);
	return r;
}

int helper_ask(str name, str server, struct credentials *out, struct error *e)
{
	struct buf answer cleanup(buf_done) = BUF(ANSWER_BYTES_MAX);
	char program[128];
	int status = 0, r;

	if (!is_helper_name(name))
		return error_set(e, ERR_FORMAT, "a credential helper has a malformed name");
	snprintf(program, sizeof program, "docker-credential-%.*s", STR_FMT(name));
	r = run(program, server, &answer, &status, e);
	if (r < 0)
		return error_in(e, "%s", program);
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		if (str_find(buf_view(&answer), STR("credentials not found")) < answer.n)
			return 0;
		return error_set(e, ERR_DENIED, "%s: failed",
		                 program); /* its words may hold secrets */
	}
	r = understand(buf_view(&answer), out, e);
	if (answer.p)
		explicit_bzero(answer.p, answer.n);
	return r < 0 ? error_in(e, "%s", program) : r;
}
