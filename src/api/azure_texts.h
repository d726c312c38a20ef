/* api/azure_texts.h — the assessments of our own, in words: what is recommended, why, and what to
 * do about it. Keys and policies are Azure's, the sentences ours. Static data; any thread. */
#pragma once
#include "base/jsonout.h"

struct azure_text {
	const char *key; /* GUID in lower case */
	const char *name;
	const char *severity; /* High, Medium, Low */
	const char *policy;   /* GUID of Azure's built-in policy */
	const char *description, *remediation;
	const char *impact, *effort;                                     /* Low, Moderate, High */
	const char *const *threats, *const *tactics, *const *techniques; /* ended by NULL */
	bool running; /* on clusters; else on registries */
	bool mdvm;    /* the later form of findings */
};
extern const struct azure_text azure_texts[]; /* ended by a NULL key */

const struct azure_text *azure_text_of(str key); /* any case; NULL: none of ours */
/* The members of metadata's "properties" */
void azure_text_write(struct jsonout *j, const struct azure_text *t);
