/*
 * Small files that are read whole: config, keys, tokens. All of them are
 * treated as secrets.
 */
#ifndef VCNMETA_OCI_DOCUMENT_H
#define VCNMETA_OCI_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "vcnmeta/oci/secret.h"

/*
 * Reads all of what path names, a file, a device or a pipe, of at most max bytes;
 * LIMIT_JSON_PADDING bytes of zero stand after the text. Returns 0, or -1 with
 * errno set (EFBIG: longer than max). A FIFO that nobody has opened for writing is
 * waited for, five seconds long; then it is empty, of which a warning tells.
 */
int document_read(struct secret *text, const char *path, size_t max);

/*
 * The same for a file that should be its owner's alone: when others may read
 * or write it, a warning says so, unless
 * OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING is "True".
 */
int document_read_private(struct secret *text, const char *path, size_t max);

/*
 * As document_read_private, of a regular file only, as keys are; what is wrong is
 * told, as "cannot read WHAT".
 */
int document_read_or_tell(struct secret *text, const char *what, const char *path, size_t max);

#endif
