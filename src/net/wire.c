#include "net/wire.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <sys/socket.h>

bool wire_open(struct wire *w, int fd, SSL_CTX *ctx)
{
	*w = (struct wire){ .fd = fd };
	if (!ctx)
		return true;
	w->ssl = SSL_new(ctx);
	if (w->ssl && SSL_set_fd(w->ssl, fd) == 1) {
		SSL_set_accept_state(w->ssl);
		return true;
	}
	wire_close(w);
	return false;
}

static int judge(struct wire *w, int result)
{
	int error = SSL_get_error(w->ssl, result);
	w->needs_read = error == SSL_ERROR_WANT_READ;
	w->needs_write = error == SSL_ERROR_WANT_WRITE;
	if (w->needs_read || w->needs_write)
		return WIRE_AGAIN;
	ERR_clear_error();
	return error == SSL_ERROR_ZERO_RETURN ? WIRE_END : WIRE_BROKEN;
}

int wire_shake(struct wire *w)
{
	if (!w->ssl)
		return 1;
	ERR_clear_error();
	int r = SSL_do_handshake(w->ssl);
	if (r == 1)
		return 1;
	if (ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST)
		return judge(w, r);
	ERR_clear_error();
	SSL_free(w->ssl);
	w->ssl = NULL;
	return WIRE_NO_TLS;
}

static ssize_t judge_plain(struct wire *w, ssize_t n, bool reading)
{
	if (n > 0)
		return n;
	if (n == 0)
		return WIRE_END;
	w->needs_read = reading;
	w->needs_write = !reading;
	return errno == EAGAIN || errno == EINTR ? WIRE_AGAIN : WIRE_BROKEN;
}

ssize_t wire_read(struct wire *w, char *p, size_t n)
{
	if (!w->ssl)
		return judge_plain(w, recv(w->fd, p, n, 0), true);
	ERR_clear_error();
	int r = SSL_read(w->ssl, p, (int)MIN(n, (size_t)INT32_MAX));
	return r > 0 ? r : judge(w, r);
}

ssize_t wire_write(struct wire *w, str bytes)
{
	if (!w->ssl)
		return judge_plain(w, send(w->fd, bytes.p, bytes.n, MSG_NOSIGNAL), false);
	ERR_clear_error();
	int r = SSL_write(w->ssl, bytes.p, (int)MIN(bytes.n, MIB(1)));
	return r > 0 ? r : judge(w, r);
}

void wire_farewell(struct wire *w)
{
	if (w->ssl && SSL_is_init_finished(w->ssl)) {
		ERR_clear_error();
		SSL_shutdown(w->ssl);
	}
	shutdown(w->fd, SHUT_WR);
}

void wire_close(struct wire *w)
{
	SSL_free(w->ssl);
	if (w->fd >= 0)
		close(w->fd);
	*w = (struct wire){ .fd = -1 };
}
