/* What --help and --version write to standard output. */
#ifndef VCNMETA_HELP_H
#define VCNMETA_HELP_H

#include "base/exitcode.h"

/* Return EXITCODE_OK, or EXITCODE_WRITE after a message. */
enum exitcode help_write(void);
enum exitcode help_write_version(void);

#endif
