/* vcnmeta fetch: metadata live from the OCI API into a lookup file. */
#ifndef VCNMETA_FETCH_FETCH_H
#define VCNMETA_FETCH_FETCH_H

/* Runs the subcommand; argv[0] is its name. Returns the exit status. */
int fetch_main(int argc, char **argv);

#endif
