/*
 * What an input is that is no flow log: another compression, an archive, UTF-16
 * or a lookup file, told by its first bytes. Nothing is done about it; only the
 * message on an input that holds no good record says what to do.
 */
#ifndef FLOWLOG_FORM_H
#define FLOWLOG_FORM_H

#include <stddef.h>

enum form {
	FORM_NONE, /* of none that is known here */
	FORM_BZIP2,
	FORM_XZ,
	FORM_ZSTD,
	FORM_ZIP,
	FORM_ZLIB,
	FORM_GZIP, /* in gzip, since the outer one is gone */
	FORM_TAR,
	FORM_UTF16,
	FORM_LOOKUP,
};

/* So many first bytes tell; with fewer, what is told by them. */
#define FORM_HEAD ((size_t)262)

/* Tells the form of an input whose inflated bytes begin with head[0..len). */
enum form form_of(const char *head, size_t len);

/* "a tar archive, take the logs out with …": fit to stand after "it looks like ". */
const char *form_text(enum form form);

#endif
