/* What is said about an option that there is not. */
#ifndef BASE_UNKNOWN_H
#define BASE_UNKNOWN_H

#include <getopt.h>

/*
 * Writes the message about an argument that getopt_long did not know; options
 * are those that there are, ended by one without a name. It names the nearest
 * one, or else the command that shows them all.
 */
void unknown_option(const char *argument, const struct option *options, const char *help_command);

#endif
