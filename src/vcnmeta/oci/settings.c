/*
 * Settings. The config file is read only when the authentication asks for one
 * and the environment does not hold all that it would say. Secrets that the
 * environment holds are taken out of it in either case.
 */
#include "vcnmeta/oci/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/document.h"
#include "vcnmeta/oci/home.h"
#include "vcnmeta/oci/settings_check.h"

#define CONFIG_PATH "~/.oci/config"
#define RC_PATH "~/.oci/oci_cli_rc"
#define CONNECTION_TIMEOUT_S 10
#define READ_TIMEOUT_S 60
#define ATTEMPTS 8
#define PARALLEL 8

/* A variable's value, null when it is empty or not there. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? NULL : value;
}

static const char *first_of(const char *first, const char *second)
{
	return first != NULL ? first : second;
}

static int no_memory(void)
{
	msg_no_memory();
	return EXITCODE_INTERNAL;
}

static int refuse(const char *what, const char *text, const char *why)
{
	char quoted[MSG_QUOTED_SIZE];

	msg_error("%s %s: %s", what, msg_quote_name(quoted, text), why);
	return EXITCODE_REFUSED;
}

static int choose_auth(struct settings *settings, const char *text)
{
	static const char *const names[] = {
		"api_key", "security_token", "instance_principal", "resource_principal"};

	for (int i = 0; text != NULL && i < 4; i++) {
		if (strcmp(text, names[i]) == 0) {
			settings->auth = (enum settings_auth)i;
			return EXITCODE_OK;
		}
	}
	return text == NULL ? EXITCODE_OK
			    : refuse("bad --auth", text,
				      "it is api_key, security_token, "
				      "instance_principal or "
				      "resource_principal");
}

/* Reads a config file into config. */
static int read_config(struct config *config, const char *path)
{
	struct secret text = SECRET_INIT;
	char quoted[MSG_QUOTED_SIZE];

	if (document_read_private(&text, path, LIMIT_CONFIG_FILE) == 0)
		return config_parse(config, path, &text) == 0 ? EXITCODE_OK : EXITCODE_REFUSED;
	if (errno == ENOMEM)
		return no_memory();
	msg_quote_name(quoted, path);
	if (errno == ENOENT)
		msg_error("no config file %s: make one with 'oci setup "
			  "config', or name another with --config-file",
			quoted);
	else
		msg_error_errno(errno, "cannot read config file %s", quoted);
	return EXITCODE_REFUSED;
}

/* The path of the config file, as the CLI looks for it. */
static char *find_config(const struct fetch_options *options)
{
	const char *named = first_of(options->config_file, variable("OCI_CLI_CONFIG_FILE"));
	const char *fallback = variable("OCI_CONFIG_FILE");
	char *path = home_expand(named != NULL ? named : CONFIG_PATH);

	if (named != NULL || fallback == NULL || path == NULL || access(path, F_OK) == 0)
		return path;
	free(path);
	return home_expand(fallback);
}

/* default_profile of the CLI's rc file, if there is one. */
static int read_rc(struct settings *settings, const char **profile)
{
	const char *named = variable("OCI_CLI_RC_FILE");
	const struct config_entry *entry;
	int result;

	*profile = NULL;
	settings->rc_path = home_expand(named != NULL ? named : RC_PATH);
	if (settings->rc_path == NULL)
		return no_memory();
	if (named == NULL && access(settings->rc_path, F_OK) != 0)
		return EXITCODE_OK;
	result = read_config(&settings->rc, settings->rc_path);
	if (result != EXITCODE_OK)
		return result;
	entry = config_find(&settings->rc, "OCI_CLI_SETTINGS", "default_profile");
	if (entry != NULL && entry->value[0] != '\0')
		*profile = entry->value;
	return EXITCODE_OK;
}

static int choose_profile(struct settings *settings, const struct fetch_options *options)
{
	const char *from_rc = NULL;
	int result = EXITCODE_OK;

	settings->profile = first_of(options->profile, variable("OCI_CLI_PROFILE"));
	if (settings->profile == NULL) {
		result = read_rc(settings, &from_rc);
		settings->profile = first_of(from_rc, "DEFAULT");
	}
	return result;
}

static int read_profile(struct settings *settings, const struct fetch_options *options)
{
	char quoted[MSG_QUOTED_SIZE], quoted_path[MSG_QUOTED_SIZE];
	int result = choose_profile(settings, options);

	if (result != EXITCODE_OK)
		return result;
	settings->config_path = find_config(options);
	if (settings->config_path == NULL)
		return no_memory();
	result = read_config(&settings->config, settings->config_path);
	if (result != EXITCODE_OK)
		return result;
	if (config_has_profile(&settings->config, settings->profile))
		return EXITCODE_OK;
	msg_error("no profile %s in config file %s", msg_quote_name(quoted, settings->profile),
		msg_quote_name(quoted_path, settings->config_path));
	return EXITCODE_REFUSED;
}

static const char *profile_value(const struct settings *settings, const char *key)
{
	const struct config_entry *entry = config_find(&settings->config, settings->profile, key);

	return entry == NULL || entry->value[0] == '\0' ? NULL : entry->value;
}

/* The environment's value, else the profile's. */
static const char *setting(
	const struct settings *settings, const char *variable_name, const char *key)
{
	return first_of(variable(variable_name), profile_value(settings, key));
}

static int take_secrets(struct settings *settings)
{
	if (secret_take_environment(&settings->key_content, "OCI_CLI_KEY_CONTENT") < 0 ||
		secret_take_environment(&settings->pass_phrase, "OCI_CLI_PASSPHRASE") < 0)
		return no_memory();
	return EXITCODE_OK;
}

/* As the CLI: all five there, and no config file is read. */
static bool environment_suffices(
	const struct settings *settings, const struct fetch_options *options)
{
	return settings->auth == SETTINGS_API_KEY && variable("OCI_CLI_USER") &&
	       variable("OCI_CLI_TENANCY") && variable("OCI_CLI_FINGERPRINT") &&
	       (options->regions.count > 0 || variable("OCI_CLI_REGION")) &&
	       (variable("OCI_CLI_KEY_FILE") || settings->key_content.len > 0);
}

static int take_pass_phrase(struct settings *settings)
{
	const char *text = profile_value(settings, "pass_phrase");

	if (settings->pass_phrase.len > 0 || text == NULL)
		return EXITCODE_OK;
	if (secret_set(&settings->pass_phrase, text, strlen(text)) != 0)
		return no_memory();
	return EXITCODE_OK;
}

static int take_values(struct settings *settings, const struct fetch_options *options)
{
	const char *region = options->regions.count > 0
				     ? options->regions.names[0]
				     : setting(settings, "OCI_CLI_REGION", "region");

	settings->user = setting(settings, "OCI_CLI_USER", "user");
	settings->tenancy = setting(settings, "OCI_CLI_TENANCY", "tenancy");
	settings->fingerprint = setting(settings, "OCI_CLI_FINGERPRINT", "fingerprint");
	settings->key_file = setting(settings, "OCI_CLI_KEY_FILE", "key_file");
	settings->token_file =
		setting(settings, "OCI_CLI_SECURITY_TOKEN_FILE", "security_token_file");
	settings->region = first_of(region, variable("OCI_REGION"));
	return take_pass_phrase(settings);
}

static int take_bundle(struct settings *settings, const struct fetch_options *options)
{
	const char *path = first_of(options->cert_bundle, variable("OCI_CLI_CERT_BUNDLE"));
	char quoted[MSG_QUOTED_SIZE];

	path = first_of(path, variable("REQUESTS_CA_BUNDLE"));
	if (path == NULL)
		return EXITCODE_OK;
	settings->cert_bundle = home_expand(path);
	if (settings->cert_bundle == NULL)
		return no_memory();
	if (access(settings->cert_bundle, R_OK) != 0) {
		msg_error_errno(errno, "cannot read certificate bundle %s",
			msg_quote_name(quoted, settings->cert_bundle));
		return EXITCODE_REFUSED;
	}
	settings->http.cert_bundle = settings->cert_bundle;
	return EXITCODE_OK;
}

static int take_endpoint(const char *text, enum endpoint_rule rule, const char *what, bool *has,
	struct endpoint *endpoint)
{
	const char *why;

	*has = text != NULL;
	if (text == NULL || endpoint_parse(endpoint, text, rule, &why) == 0)
		return EXITCODE_OK;
	/* who puts a password there must not see it in a log */
	return refuse(what, strchr(text, '@') == NULL ? text : "...@...", why);
}

static int take_transport(struct settings *settings, const struct fetch_options *options)
{
	int result = take_endpoint(first_of(options->endpoint, variable("OCI_CLI_ENDPOINT")),
		ENDPOINT_SERVICE, "cannot use endpoint", &settings->has_endpoint,
		&settings->endpoint);

	if (result == EXITCODE_OK)
		result = take_endpoint(first_of(options->federation_endpoint,
					       variable("OCI_CLI_FEDERATION_ENDPOINT")),
			ENDPOINT_FEDERATION, "cannot use federation endpoint",
			&settings->has_federation, &settings->federation);
	settings->http.proxy = options->proxy;
	settings->http.connection_timeout_s = options->connection_timeout_s > 0
						      ? options->connection_timeout_s
						      : CONNECTION_TIMEOUT_S;
	settings->http.read_timeout_s =
		options->read_timeout_s > 0 ? options->read_timeout_s : READ_TIMEOUT_S;
	settings->attempts = options->no_retry       ? 1
			     : options->attempts > 0 ? options->attempts
						     : ATTEMPTS;
	settings->parallel = options->parallel > 0 ? options->parallel : PARALLEL;
	settings->http.parallel = settings->parallel;
	settings->debug = options->debug;
	return result == EXITCODE_OK ? take_bundle(settings, options) : result;
}

/* The principals need no config file: the machine says who they are. */
static bool needs_config(const struct settings *settings, const struct fetch_options *options)
{
	if (settings->auth == SETTINGS_INSTANCE_PRINCIPAL ||
		settings->auth == SETTINGS_RESOURCE_PRINCIPAL)
		return false;
	return !environment_suffices(settings, options);
}

/* authentication_type counts where neither option nor environment chose. */
static int take_profile_auth(struct settings *settings, bool chosen)
{
	const char *text = profile_value(settings, "authentication_type");

	if (chosen || text == NULL)
		return EXITCODE_OK;
	if (strcmp(text, "instance_principal") != 0)
		return refuse("bad authentication_type", text,
			"only instance_principal can stand in a profile");
	settings->auth = SETTINGS_INSTANCE_PRINCIPAL;
	return EXITCODE_OK;
}

int settings_load(struct settings *settings, const struct fetch_options *options)
{
	const char *auth = first_of(options->auth, variable("OCI_CLI_AUTH"));
	int result;

	memset(settings, 0, sizeof(*settings));
	settings->profile = "DEFAULT";
	result = take_secrets(settings);
	if (result == EXITCODE_OK)
		result = choose_auth(settings, auth);
	if (result == EXITCODE_OK)
		result = take_transport(settings, options);
	if (result == EXITCODE_OK && needs_config(settings, options))
		result = read_profile(settings, options);
	if (result == EXITCODE_OK)
		result = take_profile_auth(settings, auth != NULL);
	if (result == EXITCODE_OK)
		result = take_values(settings, options);
	return result == EXITCODE_OK ? settings_check(settings) : result;
}

void settings_forget(struct settings *settings)
{
	const struct config_entry *entry;

	secret_free(&settings->key_content);
	secret_free(&settings->pass_phrase);
	for (size_t i = 0; i < settings->config.count; i++) {
		entry = &settings->config.entries[i];
		if (entry->key != NULL && strcmp(entry->key, "pass_phrase") == 0)
			explicit_bzero(entry->value, strlen(entry->value));
	}
}

void settings_free(struct settings *settings)
{
	secret_free(&settings->key_content);
	secret_free(&settings->pass_phrase);
	config_free(&settings->config);
	config_free(&settings->rc);
	free(settings->config_path);
	free(settings->rc_path);
	free(settings->cert_bundle);
}
