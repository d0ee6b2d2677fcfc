/*
 * Exit statuses, the same in all programs (EXIT STATUS in their manual pages). A run that
 * was ended by a signal dies by that signal and has none of these.
 */
#ifndef BASE_EXITCODE_H
#define BASE_EXITCODE_H

enum exitcode {
	EXITCODE_OK = 0,       /* everything was handled */
	EXITCODE_PARTIAL = 1,  /* the end was reached, something was bad */
	EXITCODE_REFUSED = 2,  /* refused before the first output byte */
	EXITCODE_WRITE = 3,    /* an output could not be written */
	EXITCODE_SERVICE = 4,  /* the service refused or answered nonsense */
	EXITCODE_INTERNAL = 5, /* out of memory or an internal error */
	EXITCODE_FOUND = 6,    /* vcnrules: what it was asked to look for is there */
	EXITCODE_LATER = 75,   /* network trouble: run it again later */
};

#endif
