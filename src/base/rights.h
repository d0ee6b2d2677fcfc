/*
 * Rights that a process gives up, for itself and all its threads to come, once
 * it holds what it needs: so bytes from a stranger that found a fault in it
 * would find nothing to do with it.
 *
 *   no new privileges   no program that it ran could gain any
 *   Landlock            no file is opened or changed but where it was allowed
 *   system calls        those it never needs fail: with RIGHTS_FILTER all but
 *                       a list, no socket, execve or ptrace among them; with
 *                       RIGHTS_CLIENT only what no network client needs
 *
 * What the kernel does not offer is left out in silence. What is open stays
 * open, with the rights that it was opened with. Built with -DRIGHTS_KEPT, and
 * on other systems than Linux, nothing is given up.
 */
#ifndef BASE_RIGHTS_H
#define BASE_RIGHTS_H

#include <stdbool.h>

/* What may still be done with a file, or beneath a directory. */
enum rights_path {
	RIGHTS_READ,    /* open for reading; list directories */
	RIGHTS_REPLACE, /* create, write, rename and remove files */
	RIGHTS_FOLDERS, /* the same with files and folders */
};

enum rights_calls { RIGHTS_FILTER, RIGHTS_CLIENT };

/* Rights that are about to be given up; no member is for others. */
struct rights {
	int ruleset;  /* a descriptor, or -1 */
	int landlock; /* the version of its interface, 0: not there */
	bool privileges;
	bool calls;
};

/* Begins with no right on any path. */
void rights_begin(struct rights *rights);

/*
 * Leaves a right on path, which need not exist; if it is a symbolic link, on
 * what that leads to now. A path that cannot be reached, or is a pipe without a
 * name, is passed over: opening it will tell.
 */
void rights_leave(struct rights *rights, const char *path, enum rights_path right);

/* The same on what a descriptor stands for. */
void rights_leave_open(struct rights *rights, int descriptor, enum rights_path right);

/* Gives up the others. To be called while there is one thread. */
void rights_give_up(struct rights *rights, enum rights_calls calls);

/* What was given up, in words. */
#define RIGHTS_TEXT_SIZE 96
const char *rights_text(const struct rights *rights, char text[RIGHTS_TEXT_SIZE]);

#endif
