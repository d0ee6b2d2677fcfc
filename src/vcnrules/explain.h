/* vcnrules explain: may this first packet pass, and by what? */
#ifndef VCNRULES_EXPLAIN_H
#define VCNRULES_EXPLAIN_H

/* Runs the command; argv[0] is its name. Returns an exit status. */
int explain_main(int argc, char **argv);

#endif
