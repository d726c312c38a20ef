/* cli/commands.h — the verbs of the command line, one cmd_*.c each; the table is in main.c. argv[0]
 * is the verb. A command prints results on stdout, says errors itself on stderr ("plimsoll: …") and
 * returns the exit status (design section 4). */
#pragma once

int cmd_scan(int argc, char **argv);    /* also serves as `sbom` (argv[0]) */
int cmd_diff(int argc, char **argv);    /* diff A B */
int cmd_explain(int argc, char **argv); /* explain FINDING TARGET */
int cmd_db(int argc, char **argv);      /* db update|info|lookup */
int cmd_cache(int argc, char **argv);   /* cache info|clean|verify */
int cmd_compare(int argc, char **argv); /* compare ECOSYSTEM [A B] */
int cmd_completion(int argc, char **argv); /* completion bash|zsh|fish */
int cmd_registry(int argc, char **argv); /* registry add|list|… of a center */
int cmd_import(int argc, char **argv);  /* import SRC DST, by a center */
int cmd_plan(int argc, char **argv);    /* plan list|set of a center */
int cmd_serve(int argc, char **argv);   /* the center */
int cmd_backup(int argc, char **argv);  /* backup FILE of a center on this machine */
int cmd_token(int argc, char **argv);   /* token create|list|revoke|link */
int cmd_worker(int argc, char **argv);  /* not for people: the jailed side of scan and db update */
