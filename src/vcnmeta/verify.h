/* vcnmeta verify: checks a lookup file and says what it holds. */
#ifndef VCNMETA_VERIFY_H
#define VCNMETA_VERIFY_H

/* Runs the subcommand; argv[0] is its name. Returns the exit status. */
int verify_main(int argc, char **argv);

#endif
