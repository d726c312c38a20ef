#include "inventory/program.h"
#include "inventory/elfnote.h"
#include "inventory/golang.h"
#include "inventory/jsbundle.h"
#include "inventory/nativeimage.h"
#include "inventory/rust.h"
#include "inventory/wellknown.h"
#include "inventory/window.h"

enum { UPX_BYTES = 1 << 10 }; /* its header stands right behind the segments' */

struct asked {                   /* who reads this program */
	struct jsbundle *bundle; /* NULL: too small */
	struct nativeimage *native_image;
	struct golang *golang;
	struct rust *rust;
	struct wellknown *wellknown; /* NULL: no program that is known by this name */
};

static void asked_done(struct asked *a)
{
	jsbundle_free(a->bundle);
	nativeimage_free(a->native_image);
	golang_free(a->golang);
	rust_free(a->rust);
	wellknown_free(a->wellknown);
}

/* What the first window says of the whole file */
static int look_at_front(const struct window *p, struct asked *a, struct inventory *into,
                         struct error *e)
{
	str front = str_upto(window_view(p), UPX_BYTES);

	if (p->elf.count && str_find(front, STR("UPX!")) < front.n)
		inventory_gap(into, GAP_NOT_READ, p->f->path,
		              "packed by UPX: what is in it was not looked into");
	a->bundle = jsbundle_new(p);
	a->native_image = nativeimage_new(p);
	a->golang = golang_new(p);
	a->rust = rust_new(p);
	a->wellknown = wellknown_new(p);
	return elfnote_read(p, into, e);
}

/* 1: nothing else is of interest */
static int look(struct asked *a, struct inventory *into, struct error *e)
{
	int r = golang_look(a->golang, into, e);

	if (r)
		return r;
	rust_look(a->rust);
	jsbundle_look(a->bundle);
	r = nativeimage_look(a->native_image, e);
	if (r < 0 || !a->wellknown)
		return r;
	r = wellknown_look(a->wellknown, into, e);
	if (r > 0) {
		wellknown_free(a->wellknown);
		a->wellknown = NULL;
	}
	return MIN(r, 0);
}

int program_read(struct file *f, struct inventory *into, struct error *e)
{
	struct window w cleanup(window_done) = { 0 };
	struct asked a cleanup(asked_done) = { 0 };
	int r = window_open(&w, f, e);

	if (r <= 0)
		return r;
	r = look_at_front(&w, &a, into, e);
	while (r >= 0) {
		r = look(&a, into, e);
		if (r)
			return MIN(r, 0);
		if (w.end)
			break;
		r = window_next(&w, e);
	}
	if (r >= 0)
		r = golang_end(a.golang, into, e);
	if (r >= 0)
		r = rust_end(a.rust, into, e);
	if (r >= 0)
		r = jsbundle_end(a.bundle, into, e);
	return r < 0 ? r : nativeimage_end(a.native_image, into, e);
}
