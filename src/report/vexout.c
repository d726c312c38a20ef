#include "report/vexout.h"
#include "model/purl.h"

/* "word: and why" */
static str justification_in(str why)
{
	static const char *const words[] = { "component_not_present", "vulnerable_code_not_present",
		                             "vulnerable_code_not_in_execute_path",
		                             "vulnerable_code_cannot_be_controlled_by_adversary",
		                             "inline_mitigations_already_exist" };
	str head = str_upto(why, str_chr(why, ':'));

	for (size_t i = 0; i < LEN(words); i++)
		if (str_eq(head, str_c(words[i])))
			return str_c(words[i]);
	return (str){ 0 };
}

static struct vexout of_vex(const struct hiding *h)
{
	struct vexout out = { .status = VEXOUT_NOT_AFFECTED };

	if (str_eq(h->why, STR("fixed"))) {
		out.status = VEXOUT_FIXED;
		return out;
	}
	out.justification = justification_in(h->why);
	out.text =
	        out.justification.n ? str_trim(str_from(h->why, out.justification.n + 1)) : h->why;
	return out;
}

static str hiding_text(struct arena *a, const char *verb, const struct hiding *h)
{
	return arena_printf(a, "%s%s%.*s%s%.*s%s%.*s", verb, h->until.n ? " until " : "",
	                    STR_FMT(h->until), h->by.n ? ", by " : "", STR_FMT(h->by),
	                    h->why.n ? ": " : "", STR_FMT(h->why));
}

struct vexout vexout_of(struct arena *a, const struct finding *f)
{
	const struct hiding *h = &f->hidden;

	switch (h->kind) {
	case HIDING_VEX:
		return of_vex(h);
	case HIDING_WITHDRAWN:
	case HIDING_OWNED:
		return (struct vexout){ .status = VEXOUT_NOT_AFFECTED,
			                .text = hiding_text(a, hiding_word(h->kind), h) };
	case HIDING_NONE:
		break;
	default:
		return (struct vexout){
			.text = hiding_text(a, h->kind == HIDING_IGNORED ? "accepted" : "left out",
			                    h)
		};
	}
	return (struct vexout){ .status = f->status == FIX_UNDER_INVESTIGATION
		                                  ? VEXOUT_UNDER_INVESTIGATION
		                                  : VEXOUT_AFFECTED,
		                .text = f->remediation.n ? f->remediation
		                                         : str_c(writer_fix_words(f)) };
}

size_t vexout_alike(struct arena *a, const struct finding *f, size_t n)
{
	struct vexout first = vexout_of(a, f);
	size_t same = 1;

	for (; same < n && str_eq(f[same].id, f->id); same++) {
		struct vexout next = vexout_of(a, &f[same]);
		if (next.status != first.status || !str_eq(next.text, first.text) ||
		    !str_eq(next.justification, first.justification))
			break;
	}
	return same;
}

static void sum_str(struct digester *d, str s)
{
	digester_add(d, s.p, s.n);
	digester_add(d, "", 1);
}

str vexout_name(struct arena *a, const struct scan_report *r, const char *format)
{
	struct digester *d = digester_new();
	struct digest sum;
	char uuid[37];

	sum_str(d, str_c(format));
	sum_str(d, r->image.digest.n ? r->image.digest : r->image.target);
	sum_str(d, r->data_date);
	for (int hidden = 0; hidden < 2; hidden++) {
		const struct finding *v = hidden ? r->suppressed.v : r->findings.v;
		size_t n = hidden ? r->suppressed.n : r->findings.n;
		for (size_t i = 0; i < n; i++) {
			sum_str(d, v[i].id);
			sum_str(d, v[i].package->name);
			sum_str(d, v[i].package->version);
			sum_str(d, v[i].hidden.by);
			sum_str(d, v[i].hidden.why);
			sum_str(d, v[i].remediation);
		}
	}
	digester_end(d, &sum);
	digester_free(d);
	writer_uuid(&sum, uuid);
	return arena_printf(a, "urn:uuid:%s", uuid);
}

str vexout_digest(const struct scan_report *r)
{
	str d = r->image.digest.n ? r->image.digest : r->image.config_digest;

	return str_starts(d, STR("sha256:")) ? d : (str){ 0 };
}
