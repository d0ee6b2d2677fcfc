/*
 * What requests are made with, out of the command line, the environment and the
 * OCI CLI's config file, by the CLI's precedence: option, environment, profile,
 * DEFAULT.
 */
#ifndef VCNMETA_OCI_SETTINGS_H
#define VCNMETA_OCI_SETTINGS_H

#include <stdbool.h>

#include "vcnmeta/oci/config.h"
#include "vcnmeta/oci/endpoint.h"
#include "vcnmeta/oci/http.h"
#include "vcnmeta/oci/secret.h"

/* The options that the settings come from; null, 0 or false: not given. */
struct settings_options {
	const char *config_file;
	const char *profile;
	const char *region; /* the first, where several are named */
	const char *auth;
	const char *endpoint;
	const char *cert_bundle;
	const char *federation_endpoint;
	const char *proxy;
	unsigned connection_timeout_s;
	unsigned read_timeout_s;
	unsigned attempts;
	unsigned parallel;
	bool no_retry;
	bool debug;
};

enum settings_auth {
	SETTINGS_API_KEY,
	SETTINGS_SECURITY_TOKEN,
	SETTINGS_INSTANCE_PRINCIPAL,
	SETTINGS_RESOURCE_PRINCIPAL,
	SETTINGS_INSTANCE_OBO_USER,
	SETTINGS_OKE_WORKLOAD_IDENTITY,
};

/* An option's text and what it is the option, or the variable, of. */
struct settings_value {
	const char *text; /* null: nothing says it */
	const char *from; /* "--region", "OCI_CLI_REGION", "region" of the profile */
};

struct settings {
	enum settings_auth auth;
	const char *auth_from; /* as settings_value has it; null: by default */
	const char *profile;
	char *config_path; /* owned; null: no config file was read */
	struct settings_value user;
	struct settings_value tenancy;
	struct settings_value fingerprint;
	struct settings_value key_file;
	struct settings_value token_file;
	struct settings_value delegation_file;
	struct settings_value region;
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
	char *bundle_file; /* null: none is named */
	struct secret bundle;
};

/*
 * Puts the settings together, and finds out what would fail for a fault of this
 * machine: an endpoint or a proxy that cannot be one, a bundle without
 * certificates, values that are missing or malformed. Returns EXITCODE_OK; or
 * EXITCODE_REFUSED or EXITCODE_INTERNAL after a message. settings_free in either
 * case. options must outlive them.
 */
int settings_load(struct settings *settings, const struct settings_options *options);
void settings_free(struct settings *settings);

/*
 * Zeroes the secrets that are not needed any longer: the key has been read.
 */
void settings_forget(struct settings *settings);

/*
 * " (OCI_CLI_AUTH says 'instance_principal')", to stand after what fails by a way
 * of authenticating that the command line did not choose; "" where it did. Valid
 * until the next call.
 */
const char *settings_auth_source(const struct settings *settings);

#endif
