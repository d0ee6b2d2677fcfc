/* Whether the settings suffice for the way of authenticating. */
#ifndef VCNMETA_OCI_SETTINGS_CHECK_H
#define VCNMETA_OCI_SETTINGS_CHECK_H

#include "vcnmeta/oci/settings.h"

/*
 * Returns EXITCODE_OK, or EXITCODE_REFUSED after one message that names all
 * that is missing or malformed.
 */
int settings_check(const struct settings *settings);

#endif
