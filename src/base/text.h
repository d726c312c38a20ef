/* base/text.h — UTF-8 as code points and as cells of a terminal (Unicode 15 chapter 3.9, UAX 11).
 * Malformed bytes become U+FFFD, one for each maximal part, so that any input has a reading.
 * Independent of the locale. No allocation, no failure, any thread. */
#pragma once
#include "base/str.h"

enum { TEXT_REPLACEMENT = 0xFFFD, TEXT_RUNE_BYTES = 4 };

uint32_t text_rune(str *rest); /* cut the next code point off *rest, which is not empty */
size_t text_encode(uint32_t rune, char out[TEXT_RUNE_BYTES]); /* bytes written */
unsigned text_rune_width(uint32_t rune); /* cells: 0 combining, 2 wide, else 1 */
size_t text_width(str s);
/* Not to be sent to a terminal as it is: C0, DEL, C1, line and paragraph separators, invisible
 * characters and those that turn the direction of writing (Unicode UTR 36, 2.10). */
bool text_is_unsafe(uint32_t rune);
