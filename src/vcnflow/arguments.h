/*
 * The arguments of options, one function per kind: each checks its text and,
 * where it is refused, prints the one message, which names the option and the
 * text and says why. Private to options.c.
 */
#ifndef VCNFLOW_ARGUMENTS_H
#define VCNFLOW_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "vcnflow/options.h"

/* Says "bad --OPTION 'TEXT': WHY" and returns -1. */
int arguments_refuse(const char *option, const char *text, size_t len, const char *why);

/*
 * The place of text among words, a list that ends in null; or -1 after a
 * message that names them all.
 */
int arguments_choice(const char *option, const char *const *words, const char *text);

/* Reads a decimal number between two bounds. Returns 0, or -1. */
int arguments_number(
	const char *option, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number);

/* As arguments_number, for bytes: K, M or G may stand behind the digits. */
int arguments_size(
	const char *option, const char *text, uint64_t minimum, uint64_t maximum, uint64_t *number);

/* Reads a list of protocols into one bit each. Returns 0, or -1. */
int arguments_protocols(uint64_t protocols[4], const char *list);

/* Reads a list of directions into one bit each. Returns 0, or -1. */
int arguments_directions(unsigned *directions, const char *list);

/*
 * Splits a --keep list in place, in place of what was kept before. Returns 0,
 * or -1.
 */
int arguments_keep(struct options *options, char *list);

/* Reads a TIME. Returns 0, or -1. */
int arguments_time(
	struct instant *instant, const char *option, const char *text, const struct instant *now);

/*
 * What only all options together tell: TIMEs, the metadata's place, standard
 * input and output, names of files that clash. Returns 0, or -1 after a
 * message.
 */
int arguments_check(struct options *options);

#endif
