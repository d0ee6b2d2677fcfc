/* vcnrules check: what would other rules break, or open? */
#ifndef VCNRULES_CHECK_H
#define VCNRULES_CHECK_H

/* Runs the command; argv[0] is its name. Returns an exit status. */
int check_main(int argc, char **argv);

#endif
