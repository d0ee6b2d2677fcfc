/* Asking for a pass phrase. */
#ifndef VCNMETA_OCI_AUTH_PROMPT_H
#define VCNMETA_OCI_AUTH_PROMPT_H

#include "vcnmeta/oci/secret.h"

/*
 * Asks for a pass phrase at the terminal that controls the process, never on
 * standard input. Returns 0, or -1 when there is no terminal or nothing was
 * typed.
 */
int auth_prompt(struct secret *pass);

#endif
