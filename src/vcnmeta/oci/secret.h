/*
 * Texts that must not outlive their use: keys, pass phrases, tokens, and files
 * that hold them. A secret is zeroed before its memory is given back, and the
 * process is kept out of core dumps and from being looked into.
 */
#ifndef VCNMETA_OCI_SECRET_H
#define VCNMETA_OCI_SECRET_H

#include <stddef.h>

/* data is null or ends in a NUL that len does not count. */
struct secret {
	char *data;
	size_t len;
	size_t room; /* bytes at data, all zeroed at the end */
};

#define SECRET_INIT                                                                                \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/*
 * Makes secret an empty text with room for cap bytes and the NUL; what it held
 * is zeroed. Returns 0, or -1 when memory ran out (it is empty then).
 */
int secret_make(struct secret *secret, size_t cap);

/* Makes secret a copy of text[0..len). Returns as secret_make. */
int secret_set(struct secret *secret, const char *text, size_t len);

/* Takes white space off both ends. */
void secret_trim(struct secret *secret);

/* Zeroes and frees; the secret is as SECRET_INIT then. */
void secret_free(struct secret *secret);

/*
 * Makes secret a copy of an environment variable's value and zeroes the value
 * where it stands, so that /proc/PID/environ shows it no longer. Returns 1 when
 * the variable is set and not empty, 0 when not, -1 when memory ran out.
 */
int secret_take_environment(struct secret *secret, const char *name);

/* No core dumps, no ptrace by the same user. */
void secret_protect_process(void);

#endif
