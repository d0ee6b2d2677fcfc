/*
 * Command lines, read by getopt_long from one table a command: each row says
 * an option's name and what becomes of its argument. Of an option that is given
 * twice the last one counts, unless its function adds up. Operands and options
 * may stand in any order; "--" ends the options. The first argument that is
 * refused ends the reading, after one message that names it.
 *
 * Not for several threads: getopt's state is the process's.
 */
#ifndef BASE_OPTPARSE_H
#define BASE_OPTPARSE_H

#include <stddef.h>
#include <stdint.h>

enum optparse_result {
	OPTPARSE_RUN,       /* go on */
	OPTPARSE_HELP,      /* an option of kind OPTPARSE_SHOW_HELP came */
	OPTPARSE_VERSION,   /* one of kind OPTPARSE_SHOW_VERSION */
	OPTPARSE_REFUSED,   /* after a message: exit status 2 */
	OPTPARSE_NO_MEMORY, /* after a message: exit status 5 */
};

/* What an option is; in parentheses the type of the member that it sets. */
enum optparse_kind {
	OPTPARSE_FLAG,          /* (bool) without an argument: true */
	OPTPARSE_BOOL,          /* (bool) true, or what "true" or "false" behind it says,
				   after "=" or as the next argument, as the OCI CLI has it */
	OPTPARSE_VALUE,         /* (an enum) without an argument: minimum */
	OPTPARSE_TEXT,          /* (const char *) the argument itself, never empty */
	OPTPARSE_CHOICE,        /* (an enum) the place of the argument among words */
	OPTPARSE_NUMBER,        /* (an unsigned type) digits, from minimum to maximum */
	OPTPARSE_SIZE,          /* (the same) bytes: K, M or G may follow the digits */
	OPTPARSE_CALL,          /* take is called; the argument is never empty */
	OPTPARSE_CALL_OPTIONAL, /* the same, with null where "=ARGUMENT" is absent */
	OPTPARSE_CALL_EMPTY,    /* take is called; the argument may be empty */
	OPTPARSE_SHOW_HELP,
	OPTPARSE_SHOW_VERSION,
};

struct optparse_option {
	const char *name; /* without "--" */
	char letter;      /* 0: it has none */
	enum optparse_kind kind;
	size_t offset;            /* of the member in the command's struct */
	size_t size;              /* of the member */
	const char *const *words; /* of a choice, in the order of its enum; a null ends them */
	uint64_t minimum;
	uint64_t maximum;
	/*
	 * Takes an argument into the command's struct. name is the option's.
	 * Returns OPTPARSE_RUN, or another result after its message.
	 */
	enum optparse_result (*take)(void *into, const char *name, char *argument);
};

/* A row's offset and size. */
#define OPTPARSE_MEMBER(type, member)                                                              \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/* A command line. */
struct optparse {
	const struct optparse_option *options;
	size_t count;             /* at most LIMIT_OPTIONS */
	void *into;               /* the command's struct, its defaults set */
	const char *help_command; /* "vcnflow --help": where messages point */

	char **operands; /* what is left: into argv */
	size_t operand_count;
};

/* Reads argv, in which operands are moved behind the options; argv[0] is passed over. */
enum optparse_result optparse_read(struct optparse *optparse, int argc, char **argv);

/* For take: says "bad --NAME 'TEXT': WHY". Returns OPTPARSE_REFUSED. */
enum optparse_result optparse_refuse(
	const char *name, const char *text, size_t len, const char *why);

/*
 * For take: the place of text[0..len) among words, a list that ends in null; or
 * -1 after a message that names them all.
 */
int optparse_choice(const char *name, const char *const *words, const char *text, size_t len);

/*
 * Writes a help text or a version to standard output. Returns 0, or -1: after a
 * message, or in silence with errno EPIPE when the reader is gone.
 */
int optparse_print(const char *text);

#endif
