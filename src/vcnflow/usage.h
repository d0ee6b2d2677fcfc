/*
 * What vcnflow says of itself. Private to the reading of options.
 */
#ifndef VCNFLOW_USAGE_H
#define VCNFLOW_USAGE_H

#include <getopt.h>

/* Write to standard output. Return 0, or -1 after a message. */
int usage_help(void);
int usage_version(void);

/* The one line for somebody who called it without anything to read. */
void usage_short(void);

/*
 * Says that argument, a long option with its dashes as it was typed, is not
 * one of options, a list as getopt_long takes it, or is short for several;
 * names the nearest one if there is one near.
 */
void usage_unknown(const char *argument, const struct option *options);

#endif
