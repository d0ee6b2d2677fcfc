/*
 * What a fetch works with, out of the command line, the environment and the
 * OCI CLI's config file, by the CLI's precedence: option, environment, profile,
 * DEFAULT.
 */
#ifndef VCNMETA_OCI_SETTINGS_H
#define VCNMETA_OCI_SETTINGS_H

#include <stdbool.h>

#include "vcnmeta/fetch/fetch_options.h"
#include "vcnmeta/oci/config.h"
#include "vcnmeta/oci/endpoint.h"
#include "vcnmeta/oci/http.h"
#include "vcnmeta/oci/secret.h"

enum settings_auth {
	SETTINGS_API_KEY,
	SETTINGS_SECURITY_TOKEN,
	SETTINGS_INSTANCE_PRINCIPAL,
	SETTINGS_RESOURCE_PRINCIPAL,
};

struct settings {
	enum settings_auth auth;
	/* where messages say that a value came from */
	const char *profile;
	char *config_path; /* owned; null: no config file was read */
	/* null or empty where nothing says it */
	const char *user;
	const char *tenancy;
	const char *fingerprint;
	const char *key_file;
	const char *token_file;
	const char *region;
	struct secret key_content;
	struct secret pass_phrase;
	bool has_endpoint;
	struct endpoint endpoint;
	bool has_federation;
	struct endpoint federation;
	unsigned attempts; /* of each request, in all */
	unsigned parallel;
	bool debug;
	struct http_settings http;
	/* owned, pointed into by the above */
	struct config config;
	struct config rc;
	char *rc_path;
	char *cert_bundle;
};

/*
 * Puts the settings together. Returns EXITCODE_OK; or EXITCODE_REFUSED or
 * EXITCODE_INTERNAL after a message. settings_free in either case. options must
 * outlive them.
 */
int settings_load(struct settings *settings, const struct fetch_options *options);
void settings_free(struct settings *settings);

/*
 * Zeroes the secrets that are not needed any longer: the key has been read.
 */
void settings_forget(struct settings *settings);

#endif
