/* What vcnmeta fetch --help writes to standard output. */
#ifndef VCNMETA_FETCH_FETCH_HELP_H
#define VCNMETA_FETCH_FETCH_HELP_H

/* Returns EXITCODE_OK, or another status after a message. */
int fetch_help_write(void);

#endif
