/* vcnmeta show: the subnets of a lookup file as JSON. */
#ifndef VCNMETA_SHOW_H
#define VCNMETA_SHOW_H

/* Runs the subcommand; argv[0] is its name. Returns the exit status. */
int show_main(int argc, char **argv);

#endif
