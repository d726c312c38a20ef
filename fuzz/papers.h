/* fuzz/papers.h — documents that name each other by digest: a NUL between them, and "@3" in one
 * becomes the digest of the fourth ("#3" its hexadecimal alone), so that what a mutator makes of
 * them still hangs together. A document can only name later ones. */
#pragma once
#include "base/buf.h"
#include "base/digest.h"

enum { PAPERS = 10, PAPER_BYTES = 64 << 10 };

struct papers {
	struct buf v[PAPERS];
	char digests[PAPERS][DIGEST_TEXT_BYTES];
};

static inline void papers_put(struct papers *all, size_t i, str text)
{
	struct buf *b = &all->v[i];

	*b = BUF(PAPER_BYTES);
	for (size_t at = 0; at < text.n; at++) {
		bool mark = (text.p[at] == '@' || text.p[at] == '#') && at + 1 < text.n;
		size_t which = mark ? (size_t)(text.p[at + 1] - '0') : 0;
		if (which > i && which < PAPERS) {
			str digest = str_c(all->digests[which]);
			buf_add(b, text.p[at++] == '@' ? digest : str_from(digest, 7));
		} else {
			buf_add(b, str_mem(text.p + at, 1));
		}
	}
}

/* `skip_line`: a digest is of what follows the document's first line */
static inline void papers_fill(struct papers *all, str bytes, bool skip_line)
{
	str parts[PAPERS] = { 0 }, line = { 0 };

	*all = (struct papers){ 0 };
	for (size_t i = 0; i < PAPERS && bytes.n; i++)
		str_split(&bytes, 0, &parts[i]);
	for (size_t i = PAPERS; i--;) {
		papers_put(all, i, parts[i]);
		str content = buf_view(&all->v[i]);
		if (skip_line)
			str_split(&content, '\n', &line);
		struct digest d = digest_of(content);
		digest_text(&d, all->digests[i]);
	}
}

static inline void papers_done(struct papers *all)
{
	for (size_t i = 0; i < PAPERS; i++)
		buf_done(&all->v[i]);
}
