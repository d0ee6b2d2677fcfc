/*
 * What all commands do in the same way: they read options, open the lookup file,
 * open the output, give up their rights, read conversations, and close the output.
 */
#ifndef VCNRULES_COMMAND_H
#define VCNRULES_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/exitcode.h"
#include "base/outfile.h"
#include "base/rights.h"
#include "lookup/lookup.h"
#include "vcnrules/flows.h"
#include "vcnrules/options.h"

/* What the operands of a command are. */
enum command_operands { COMMAND_NO_OPERANDS, COMMAND_CONVERSATIONS, COMMAND_WORDS };

struct command;

struct command_kind {
	const char *name;
	enum options_command options;
	enum command_operands operands;
	/* With the lookup file open; returns the exit status, after a message if
	 * something failed. */
	enum exitcode (*run)(struct command *command);
};

/* A command that runs. */
struct command {
	const struct command_kind *kind;
	const struct options *options;
	struct lookup *lookup;
	struct outfile output; /* open from command_begin to command_end */
	bool may_reach_out;    /* a conversation has no period, so it may be longer */
};

/*
 * Runs a command; argv[0] is its name. Of one that reads conversations it is made
 * sure first that standard input can be read, if that is to be. Returns an exit
 * status.
 */
int command_main(const struct command_kind *kind, int argc, char **argv);

/*
 * Opens the output that the options name and gives up all rights but to read the
 * operands and to write it. To be called once all else is open. Returns EXITCODE_OK;
 * or after a message, with nothing to end, as outfile_open does, or EXITCODE_REFUSED
 * if something that is read would be written.
 */
enum exitcode command_begin(struct command *command);

/*
 * Closes the output, which is kept if exitcode is EXITCODE_OK or EXITCODE_PARTIAL.
 * Returns exitcode, or EXITCODE_WRITE after a message.
 */
enum exitcode command_end(struct command *command, enum exitcode exitcode);

/*
 * For a command that writes something else than one output: gives up the rights, but
 * to read the operands and what is left beneath a directory, if it is not -1.
 */
void command_give_up_rights(const struct command *command, int directory, enum rights_path right);

/*
 * Adds the conversations of the operands that the options ask for to flows, which
 * begin as FLOWS_INIT, and decides who began them. Warns of times that they may reach
 * beyond, of sums that do not fit and of subnets that the lookup file lacks. Returns
 * EXITCODE_OK; EXITCODE_PARTIAL, after messages, if a line was bad or an input
 * unreadable or damaged; or EXITCODE_INTERNAL after a message.
 */
enum exitcode command_read(struct command *command, struct flows *flows);

#endif
