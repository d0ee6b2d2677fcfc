/* vcnrules lint: rules that need not be there. */
#ifndef VCNRULES_LINT_H
#define VCNRULES_LINT_H

/* Runs the command; argv[0] is its name. Returns an exit status. */
int lint_main(int argc, char **argv);

#endif
