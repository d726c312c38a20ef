/* work/data.h — the advisory database as this process has it open, and the generation that the
 * center knows it by. The file may be replaced at any time: whoever holds one goes on with it. Any
 * thread. */
#pragma once
#include "center/center.h"

struct data;
struct vulndb;

struct data_hold { /* ends with data_let_go */
	struct vulndb *db;
	int64_t generation_id;
	struct data_open *inner;
};

struct data *data_new(const struct center *c,
                      const char *path); /* nothing is opened yet; borrowed */
void data_free(struct data *d);          /* NULL is fine; nothing is held */
/* The newest there is, opened when the file was replaced. ERR_NODATA: there is none yet. */
int data_take(struct data *d, struct data_hold *out, struct error *e) must_use;
void data_let_go(struct data *d, struct data_hold *h);
/* Was the file replaced since it was opened? 1 a generation that the center did not know came in
 * (and is to be matched), 0 nothing new, below 0 it cannot be read. */
int data_look(struct data *d, struct error *e) must_use;
int64_t data_generation(struct data *d); /* number; 0: none */
