/* vulndb/part.h — a download that broke keeps what it has, for the next run to go on with: a file
 * "download-URL-TAG.part" in the database's folder, where URL is the front of the address' SHA-256
 * and TAG the server's strong ETag in hexadecimal, which is what If-Range asks for. One that nobody
 * went on with for two weeks is removed. A lock keeps two programs from one file. One thread. */
#pragma once
#include "base/arena.h"
#include "base/error.h"

struct part {
	const char *dir, *url;
	int fd;         /* -1: none */
	char path[600]; /* of the file, while it has a name */
	uint64_t bytes; /* that are there */
	str tag;        /* "\"abc\"": of the file that they are of; empty: none */
};

/* What an earlier run left of this address; bytes is 0 when there is nothing. */
void part_find(struct part *p, const char *dir, const char *url, struct arena *a);
/* A file for the download, empty unless `goes_on`: with a strong tag it has a name, else none. */
int part_open(struct part *p, bool goes_on, str tag, struct error *e) must_use;
/* All of it is there: the file loses its name, its descriptor is given away. */
int part_take(struct part *p);
/* It broke: what is there stays, if it can be gone on with. NULLs and none are fine. */
void part_done(struct part *p);
