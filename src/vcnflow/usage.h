/*
 * What vcnflow says of itself. Private to the reading of options.
 */
#ifndef VCNFLOW_USAGE_H
#define VCNFLOW_USAGE_H

/* Write to standard output. Return 0, or -1 after a message. */
int usage_help(void);
int usage_version(void);

/* The one line for somebody who called it without anything to read. */
void usage_short(void);

#endif
