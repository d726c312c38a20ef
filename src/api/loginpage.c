#include "api/loginpage.h"
#include "center/access.h"

static const char style[] =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:26em;margin:12vh auto;padding:0 1em}"
        "input,button,a.b{font:inherit;width:100%;box-sizing:border-box;padding:.5em;margin:.4em 0;"
        "display:block;text-align:center}p.no{color:#a00}@media(prefers-color-scheme:dark){"
        "body{background:#111;color:#ddd}a{color:#8cf}p.no{color:#f88}}";

static void escape(struct buf *b, str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '<':
			buf_add(b, STR("&lt;"));
			break;
		case '>':
			buf_add(b, STR("&gt;"));
			break;
		case '&':
			buf_add(b, STR("&amp;"));
			break;
		case '"':
			buf_add(b, STR("&quot;"));
			break;
		default:
			buf_addc(b, s.p[i]);
		}
}

static void page_begin(struct call *c, const char *title)
{
	struct buf *b = &c->x->answer;

	buf_clear(b);
	c->x->type = "text/html; charset=utf-8";
	/* the page has one style and no script; what it sends goes to us */
	exchange_add(c->x, "Content-Security-Policy",
	             STR("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
	                 "base-uri 'none'; "
	                 "frame-ancestors 'none'"));
	buf_printf(b,
	           "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
	           "content=\"width=device-width\"><title>%s - "
	           "plimsoll</title><style>%s</style><h1>%s</h1>",
	           title, style, title);
}

void loginpage_sign_in(struct call *c, str link, bool by_provider, const char *why)
{
	struct buf *b = &c->x->answer;

	page_begin(c, "Sign in");
	if (why)
		buf_printf(b, "<p class=no role=alert>%s</p>", why);
	buf_add(b, STR("<form method=post action=/login>"));
	if (link.n) {
		buf_add(b, STR("<input type=hidden name=link value=\""));
		escape(b, link);
		buf_add(b, STR("\"><button autofocus>Sign in</button></form>"));
		return;
	}
	buf_add(b, STR("<label for=t>Token</label><input id=t name=token type=password "
	               "autocomplete=off "
	               "required autofocus><button>Sign in</button></form>"));
	if (by_provider)
		buf_add(b, STR("<a class=b href=/login/oidc>Sign in with your organisation</a>"));
}

void loginpage_signed_in(struct call *c, const struct caller *who)
{
	struct buf *b = &c->x->answer;

	page_begin(c, "Signed in");
	buf_add(b, STR("<p>as "));
	escape(b, who->name);
	buf_add(b, STR("</p><form method=post action=/logout><button>Sign out</button></form>"));
}
