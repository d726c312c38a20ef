/* Scores the vectors on stdin, one a line, for test_cvss_scores.py: "3.1 9.8 critical", or "?". */
#include "model/cvss.h"
#include <stdio.h>

int main(void)
{
	static char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		struct cvss c;
		struct error e = { 0 };
		if (cvss_parse(str_trim(str_c(line)), &c, &e) < 0)
			puts("?");
		else
			printf("%d.%d %.1f %s\n", c.major, c.minor, c.score, severity_word(c.severity));
	}
	return 0;
}
