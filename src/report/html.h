/* report/html.h — text inside HTML and XML, and data inside a script (HTML Living Standard 13.1, 4.12.1.3).
 * Whatever comes out is one that a reader sees: control and invisible characters become U+FFFD. */
#pragma once
#include "base/buf.h"
#include "base/digest.h"

void html_text(struct buf *out, str text);  /* for elements and quoted attributes; one line */
void html_lines(struct buf *out, str text); /* the same, line ends kept */
void html_script(struct buf *out, str json); /* no end tag and no comment can begin in it */
void html_hash(struct buf *out, str text);  /* 'sha256-…' of CSP level 3 */

void html_raw(struct buf *out, const char *markup); /* as it is: our own */
/* <tag class="class">text</tag>, both our own; class may be NULL */
void html_element(struct buf *out, const char *tag, const char *class, str text);
