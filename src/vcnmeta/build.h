/* vcnmeta build: JSON dumps into a lookup file. */
#ifndef VCNMETA_BUILD_H
#define VCNMETA_BUILD_H

/* Runs the subcommand; argv[0] is its name. Returns the exit status. */
int build_main(int argc, char **argv);

#endif
