/*
 * Settings. The config file is read only when the way of authenticating asks for
 * one and the environment does not hold all that it would say. Secrets that the
 * environment holds are taken out of it in either case.
 *
 * Identifiers become part of a header line and are held to their grammar, so that
 * none can break out of it. No message shows the address of a proxy, nor of an
 * endpoint with a user in it: there may be a password in them.
 */
#include "vcnmeta/oci/settings.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/limits.h"
#include "base/msg.h"
#include "vcnmeta/oci/crypto.h"
#include "vcnmeta/oci/document.h"
#include "vcnmeta/oci/home.h"
#include "vcnmeta/oci/system.h"

#define CONFIG_PATH "~/.oci/config"
#define RC_PATH "~/.oci/oci_cli_rc"
#define CONNECTION_TIMEOUT_S 10
#define READ_TIMEOUT_S 60
#define ATTEMPTS 8
#define PARALLEL 8
#define PROBLEMS_SIZE 512

static const char *const auth_names[] = {
	[SETTINGS_API_KEY] = "api_key",
	[SETTINGS_SECURITY_TOKEN] = "security_token",
	[SETTINGS_INSTANCE_PRINCIPAL] = "instance_principal",
	[SETTINGS_RESOURCE_PRINCIPAL] = "resource_principal",
	[SETTINGS_INSTANCE_OBO_USER] = "instance_obo_user",
	[SETTINGS_OKE_WORKLOAD_IDENTITY] = "oke_workload_identity",
};

#define AUTH_COUNT (sizeof(auth_names) / sizeof(auth_names[0]))

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

/* An option, else the first of some variables, ended by null, that is set. */
static struct settings_value option_or(
	const char *option, const char *option_name, const char *const *variables)
{
	struct settings_value value = {option, option_name};

	for (; value.text == NULL && *variables != NULL; variables++)
		value = (struct settings_value){variable(*variables), *variables};
	return value;
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

/* ---- the way of authenticating ---- */

const char *settings_auth_source(const struct settings *settings)
{
	static char text[96];

	if (settings->auth_from == NULL || strcmp(settings->auth_from, "--auth") == 0)
		return "";
	snprintf(text, sizeof(text), " (%s says '%s')", settings->auth_from,
		auth_names[settings->auth]);
	return text;
}

static int choose_auth(struct settings *settings, const struct settings_options *options)
{
	static const char *const variables[] = {"OCI_CLI_AUTH", NULL};
	struct settings_value value = option_or(options->auth, "--auth", variables);
	char what[32];

	if (value.text == NULL)
		return EXITCODE_OK;
	settings->auth_from = value.from;
	for (size_t i = 0; i < AUTH_COUNT; i++) {
		if (strcmp(value.text, auth_names[i]) == 0) {
			settings->auth = (enum settings_auth)i;
			return EXITCODE_OK;
		}
	}
	snprintf(what, sizeof(what), "bad %s", value.from);
	return refuse(what, value.text,
		"it is api_key, security_token, instance_principal, resource_principal, "
		"instance_obo_user or oke_workload_identity");
}

/*
 * authentication_type counts where neither option nor environment chose. With a
 * delegation token beside it, it is what the CLI calls instance_obo_user.
 */
static int take_profile_auth(struct settings *settings)
{
	const struct config_entry *entry =
		config_find(&settings->config, settings->profile, "authentication_type");

	if (settings->auth_from != NULL || entry == NULL || entry->value[0] == '\0')
		return EXITCODE_OK;
	if (strcmp(entry->value, "instance_principal") != 0)
		return refuse("bad authentication_type", entry->value,
			"only instance_principal can stand in a profile");
	settings->auth_from = "authentication_type";
	settings->auth =
		config_find(&settings->config, settings->profile, "delegation_token_file") != NULL
			? SETTINGS_INSTANCE_OBO_USER
			: SETTINGS_INSTANCE_PRINCIPAL;
	return EXITCODE_OK;
}

/* ---- config files ---- */

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
static char *find_config(const struct settings_options *options)
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

static int choose_profile(struct settings *settings, const struct settings_options *options)
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

static int read_profile(struct settings *settings, const struct settings_options *options)
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

/* ---- values ---- */

/* The environment's value, else the profile's. */
static struct settings_value setting(
	const struct settings *settings, const char *variable_name, const char *key)
{
	const char *value = variable(variable_name);

	if (value != NULL)
		return (struct settings_value){value, variable_name};
	return (struct settings_value){profile_value(settings, key), key};
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
	const struct settings *settings, const struct settings_options *options)
{
	return settings->auth == SETTINGS_API_KEY && variable("OCI_CLI_USER") &&
	       variable("OCI_CLI_TENANCY") && variable("OCI_CLI_FINGERPRINT") &&
	       (options->region != NULL || variable("OCI_CLI_REGION")) &&
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

static int take_values(struct settings *settings, const struct settings_options *options)
{
	settings->user = setting(settings, "OCI_CLI_USER", "user");
	settings->tenancy = setting(settings, "OCI_CLI_TENANCY", "tenancy");
	settings->fingerprint = setting(settings, "OCI_CLI_FINGERPRINT", "fingerprint");
	settings->key_file = setting(settings, "OCI_CLI_KEY_FILE", "key_file");
	settings->token_file =
		setting(settings, "OCI_CLI_SECURITY_TOKEN_FILE", "security_token_file");
	settings->delegation_file =
		setting(settings, "OCI_CLI_DELEGATION_TOKEN_FILE", "delegation_token_file");
	settings->region = (struct settings_value){options->region, "--region"};
	if (settings->region.text == NULL)
		settings->region = setting(settings, "OCI_CLI_REGION", "region");
	if (settings->region.text == NULL)
		settings->region = (struct settings_value){variable("OCI_REGION"), "OCI_REGION"};
	return take_pass_phrase(settings);
}

/* ---- transport ---- */

/* A bundle that holds nothing would refuse every server, one by one. */
static int take_bundle(struct settings *settings, const struct settings_options *options)
{
	static const char *const variables[] = {
		"OCI_CLI_CERT_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", NULL};
	struct settings_value value = option_or(options->cert_bundle, "--cert-bundle", variables);
	char quoted[MSG_QUOTED_SIZE];

	if (value.text == NULL) {
		settings->http.bundle_path = system_first_file(system_bundles);
		return EXITCODE_OK;
	}
	settings->bundle_file = home_expand(value.text);
	if (settings->bundle_file == NULL)
		return no_memory();
	msg_quote_name(quoted, settings->bundle_file);
	if (document_read(&settings->bundle, settings->bundle_file, LIMIT_BUNDLE_FILE) != 0) {
		msg_error_errno(
			errno, "cannot read the certificate bundle %s of %s", quoted, value.from);
	} else if (crypto_count_certificates(settings->bundle.data, settings->bundle.len) <= 0) {
		msg_error("the certificate bundle %s of %s holds no certificate in PEM form, or a "
			  "damaged one",
			quoted, value.from);
	} else {
		settings->http.bundle = settings->bundle.data;
		settings->http.bundle_len = settings->bundle.len;
	}
	return settings->http.bundle == NULL ? EXITCODE_REFUSED : EXITCODE_OK;
}

static int take_proxy(struct settings *settings, const struct settings_options *options)
{
	/* of libcurl's own order; plain http has no proxy, so that of http is not asked */
	static const char *const variables[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
	struct settings_value value = option_or(options->proxy, "--proxy", variables);

	settings->http.proxy = value.text;
	if (value.text == NULL || http_is_proxy(value.text))
		return EXITCODE_OK;
	msg_error("cannot use the proxy of %s: it is [SCHEME://][USER:PASSWORD@]HOST[:PORT], with "
		  "odd characters of user and password written as %%XX, and SCHEME http, https, "
		  "socks4, socks4a, socks5 or socks5h",
		value.from);
	return EXITCODE_REFUSED;
}

static int take_endpoint(
	struct settings_value value, enum endpoint_rule rule, bool *has, struct endpoint *endpoint)
{
	char what[64];
	const char *why;

	*has = value.text != NULL;
	if (value.text == NULL || endpoint_parse(endpoint, value.text, rule, &why) == 0)
		return EXITCODE_OK;
	snprintf(what, sizeof(what), "cannot use %s", value.from);
	return refuse(what, strchr(value.text, '@') == NULL ? value.text : "...@...", why);
}

static int take_endpoints(struct settings *settings, const struct settings_options *options)
{
	static const char *const service[] = {"OCI_CLI_ENDPOINT", NULL};
	static const char *const federation[] = {"OCI_CLI_FEDERATION_ENDPOINT", NULL};
	int result = take_endpoint(option_or(options->endpoint, "--endpoint", service),
		ENDPOINT_SERVICE, &settings->has_endpoint, &settings->endpoint);

	if (result != EXITCODE_OK)
		return result;
	return take_endpoint(
		option_or(options->federation_endpoint, "--federation-endpoint", federation),
		ENDPOINT_FEDERATION, &settings->has_federation, &settings->federation);
}

static int take_transport(struct settings *settings, const struct settings_options *options)
{
	int result = take_endpoints(settings, options);

	settings->http.connection_timeout_s = options->connection_timeout_s > 0
						      ? (long)options->connection_timeout_s
						      : CONNECTION_TIMEOUT_S;
	settings->http.read_timeout_s =
		options->read_timeout_s > 0 ? (long)options->read_timeout_s : READ_TIMEOUT_S;
	settings->attempts = options->no_retry       ? 1
			     : options->attempts > 0 ? options->attempts
						     : ATTEMPTS;
	settings->parallel = options->parallel > 0 ? options->parallel : PARALLEL;
	settings->http.parallel = settings->parallel;
	settings->debug = options->debug;
	if (result == EXITCODE_OK)
		result = take_proxy(settings, options);
	return result == EXITCODE_OK ? take_bundle(settings, options) : result;
}

/* ---- whether they suffice ---- */

struct problems {
	char missing[PROBLEMS_SIZE];
	char malformed[PROBLEMS_SIZE];
};

static void add_name(char list[PROBLEMS_SIZE], const char *name)
{
	size_t len = strlen(list);

	snprintf(list + len, PROBLEMS_SIZE - len, "%s%s", len > 0 ? ", " : "", name);
}

/* The CLI's own rule for OCIDs: at least five parts, of these letters. */
static bool is_ocid(const char *text)
{
	size_t parts = 1;
	const char *c;

	for (c = text; *c != '\0'; c++) {
		if (*c == '.' || *c == ':')
			parts++;
		else if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			return false;
	}
	return parts >= 5 && c > text && isalnum((unsigned char)text[0]) && c[-1] != '.' &&
	       c[-1] != ':' && c - text < 256;
}

static bool is_fingerprint(const char *text)
{
	if (strlen(text) != 47)
		return false;
	for (size_t i = 0; i < 47; i++) {
		bool colon = i % 3 == 2;

		if (colon ? text[i] != ':' : strchr("0123456789abcdef", text[i]) == NULL)
			return false;
	}
	return true;
}

/* What comes from the environment is named with its variable. */
static void judge(struct problems *problems, const char *name, struct settings_value value,
	bool (*good)(const char *))
{
	if (value.text == NULL)
		add_name(problems->missing, name);
	else if (good != NULL && !good(value.text))
		add_name(problems->malformed, value.from);
}

static int refuse_problems(const struct settings *settings, const struct problems *problems)
{
	char profile[MSG_QUOTED_SIZE], path[MSG_QUOTED_SIZE];
	char where[2 * MSG_QUOTED_SIZE + 64] = "the environment";
	const char *hint = "";

	if (settings->config_path != NULL)
		snprintf(where, sizeof(where), "profile %s of config file %s",
			msg_quote_name(profile, settings->profile),
			msg_quote_name(path, settings->config_path));
	if (settings->auth == SETTINGS_API_KEY && settings->user.text == NULL &&
		settings->token_file.text != NULL)
		hint = "; it has a security_token_file: use --auth security_token";
	if (problems->missing[0] != '\0')
		msg_error("%s lacks %s%s%s", where, problems->missing, hint,
			settings_auth_source(settings));
	else if (strstr(problems->malformed, "OCI_CLI_") != NULL)
		msg_error("malformed %s%s%s", problems->malformed,
			settings->config_path != NULL ? ", over " : "",
			settings->config_path != NULL ? where : "");
	else
		msg_error("%s has a malformed %s", where, problems->malformed);
	return EXITCODE_REFUSED;
}

/* A key in the file itself is what the CLI forbids. */
static int refuse_key_content(const struct settings *settings)
{
	const struct config_entry *entry =
		config_find(&settings->config, settings->profile, "key_content");
	char path[MSG_QUOTED_SIZE];

	if (entry == NULL)
		return EXITCODE_OK;
	msg_error("config file %s, line %llu: key_content must not stand in a "
		  "file; use key_file, or OCI_CLI_KEY_CONTENT",
		msg_quote_name(path, settings->config_path), (unsigned long long)entry->line);
	return EXITCODE_REFUSED;
}

static int check(const struct settings *settings)
{
	struct problems problems = {{0}, {0}};
	bool api_key = settings->auth == SETTINGS_API_KEY;

	if (settings->auth == SETTINGS_INSTANCE_OBO_USER)
		judge(&problems, "delegation_token_file", settings->delegation_file, NULL);
	if (api_key || settings->auth == SETTINGS_SECURITY_TOKEN) {
		if (settings->config_path != NULL && refuse_key_content(settings) != EXITCODE_OK)
			return EXITCODE_REFUSED;
		if (api_key) {
			judge(&problems, "user", settings->user, is_ocid);
			judge(&problems, "fingerprint", settings->fingerprint, is_fingerprint);
		} else {
			judge(&problems, "security_token_file", settings->token_file, NULL);
		}
		judge(&problems, "tenancy", settings->tenancy, is_ocid);
		if (settings->key_content.len == 0)
			judge(&problems, "key_file", settings->key_file, NULL);
		if (!settings->has_endpoint)
			judge(&problems, "region", settings->region, NULL);
	} else if (settings->tenancy.text != NULL) {
		judge(&problems, "tenancy", settings->tenancy, is_ocid);
	}
	if (problems.missing[0] != '\0' || problems.malformed[0] != '\0')
		return refuse_problems(settings, &problems);
	return EXITCODE_OK;
}

/* ---- all of it ---- */

/*
 * The principals need no config file: the machine says who they are. Of one that
 * acts for a user the file names that user's token.
 */
static bool needs_config(const struct settings *settings, const struct settings_options *options)
{
	switch (settings->auth) {
	case SETTINGS_INSTANCE_PRINCIPAL:
	case SETTINGS_RESOURCE_PRINCIPAL:
	case SETTINGS_OKE_WORKLOAD_IDENTITY:
		return false;
	case SETTINGS_INSTANCE_OBO_USER:
		return variable("OCI_CLI_DELEGATION_TOKEN_FILE") == NULL;
	case SETTINGS_API_KEY:
	case SETTINGS_SECURITY_TOKEN:
	default:
		return !environment_suffices(settings, options);
	}
}

int settings_load(struct settings *settings, const struct settings_options *options)
{
	int result;

	memset(settings, 0, sizeof(*settings));
	settings->profile = "DEFAULT";
	result = take_secrets(settings);
	if (result == EXITCODE_OK)
		result = choose_auth(settings, options);
	if (result == EXITCODE_OK)
		result = take_transport(settings, options);
	if (result == EXITCODE_OK && needs_config(settings, options))
		result = read_profile(settings, options);
	if (result == EXITCODE_OK)
		result = take_profile_auth(settings);
	if (result == EXITCODE_OK)
		result = take_values(settings, options);
	return result == EXITCODE_OK ? check(settings) : result;
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
	free(settings->bundle_file);
	secret_free(&settings->bundle);
}
