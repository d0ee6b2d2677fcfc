/*
 * A config file of the OCI CLI: sections ("profiles") of key and value lines.
 * A profile sees the keys of DEFAULT that it does not have itself.
 */
#ifndef VCNMETA_OCI_CONFIG_H
#define VCNMETA_OCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vcnmeta/oci/secret.h"

struct config_entry {
	const char *profile;
	const char *key; /* lower case; null: this is the section itself */
	char *value;
	uint64_t line; /* counted from 1 */
};

/* Everything in it points into text, which is zeroed at the end. */
struct config {
	const char *path; /* as given, for messages; kept, not copied */
	struct secret text;
	struct config_entry *entries;
	size_t count;
	size_t room;
};

#define CONFIG_INIT                                                                                \
	{                                                                                          \
		NULL, SECRET_INIT, NULL, 0, 0                                                      \
	}

/*
 * Parses text, which becomes the config's own whatever is returned. Returns 0,
 * or -1 after a message that names path and line. config_free in either case.
 */
int config_parse(struct config *config, const char *path, struct secret *text);
void config_free(struct config *config);

/* DEFAULT is always there. */
bool config_has_profile(const struct config *config, const char *profile);

/* The entry of a profile, or of DEFAULT; null: neither has the key. */
const struct config_entry *config_find(
	const struct config *config, const char *profile, const char *key);

#endif
