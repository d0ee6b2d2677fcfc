/*
 * Whether the settings suffice. Identifiers become part of a header line and
 * are held to their grammar, so that none can break out of it.
 */
#include "vcnmeta/oci/settings_check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/msg.h"

#define PROBLEMS_SIZE 512

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

static void judge(
	struct problems *problems, const char *name, const char *value, bool (*good)(const char *))
{
	if (value == NULL)
		add_name(problems->missing, name);
	else if (good != NULL && !good(value))
		add_name(problems->malformed, name);
}

static int refuse(const struct settings *settings, const struct problems *problems)
{
	char profile[MSG_QUOTED_SIZE], path[MSG_QUOTED_SIZE];
	char where[2 * MSG_QUOTED_SIZE + 64] = "the environment";
	const char *hint = "";

	if (settings->config_path != NULL)
		snprintf(where, sizeof(where), "profile %s of config file %s",
			msg_quote_name(profile, settings->profile),
			msg_quote_name(path, settings->config_path));
	if (settings->auth == SETTINGS_API_KEY && settings->user == NULL &&
		settings->token_file != NULL)
		hint = "; it has a security_token_file: use --auth "
		       "security_token";
	if (problems->missing[0] != '\0')
		msg_error("%s lacks %s%s", where, problems->missing, hint);
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

int settings_check(const struct settings *settings)
{
	struct problems problems = {{0}, {0}};
	bool api_key = settings->auth == SETTINGS_API_KEY;

	if (!api_key && settings->auth != SETTINGS_SECURITY_TOKEN)
		return EXITCODE_OK;
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
	if (problems.missing[0] != '\0' || problems.malformed[0] != '\0')
		return refuse(settings, &problems);
	return EXITCODE_OK;
}
