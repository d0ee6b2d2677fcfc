/* vcnrules report: who uses which rule. */
#ifndef VCNRULES_REPORT_H
#define VCNRULES_REPORT_H

/* Runs the command; argv[0] is its name. Returns an exit status. */
int report_main(int argc, char **argv);

#endif
