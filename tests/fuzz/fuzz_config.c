/*
 * Small texts that fetch reads: config files, held against a second reading;
 * addresses of endpoints and of proxies; tokens.
 *
 * An input's first byte says what the rest is.
 */
#include "vcnmeta/oci/auth_jwt.h"
#include "vcnmeta/oci/config.h"
#include "vcnmeta/oci/endpoint.h"
#include "vcnmeta/oci/http.h"

#include "caught.h"
#include "entries.h"
#include "fuzz.h"

/* ---- config files ------------------------------------------------------ */

static void check_text(const char *what, const char *text, const struct bytes *wanted)
{
	fuzz_equal(what, text, strlen(text), wanted->data, wanted->len);
}

static void check_entry(const struct config_entry *entry, const struct entry *wanted)
{
	check_text("profiles", entry->profile, &wanted->profile);
	PROMISE(entry->line == wanted->line);
	PROMISE((entry->key == NULL) == (wanted->key.len == 0));
	if (entry->key == NULL)
		return;
	check_text("keys", entry->key, &wanted->key);
	check_text("values", entry->value, &wanted->value);
}

static void check_config(const struct config *config, const struct entries *entries)
{
	size_t count;
	const struct entry *all = entries_all(entries, &count);

	PROMISE(config->count == count);
	for (size_t i = 0; i < count; i++) {
		const struct config_entry *entry = &config->entries[i];

		check_entry(entry, &all[i]);
		PROMISE(config_has_profile(config, entry->profile));
		if (entry->key != NULL)
			PROMISE(config_find(config, entry->profile, entry->key) == entry);
	}
	(void)config_find(config, "NONE", "user");
}

static void try_config(const char *text, size_t len)
{
	static struct entries entries = ENTRIES_INIT;
	struct secret secret = SECRET_INIT;
	struct config config;
	int result;

	PROMISE(secret_set(&secret, text, len) == 0);
	caught_clear();
	result = config_parse(&config, "config", &secret);
	PROMISE(caught_messages == (result != 0));
	entries_read(&entries, text, len);
	PROMISE(entries.sound == (result == 0));
	if (result == 0)
		check_config(&config, &entries);
	config_free(&config);
	entries_clear(&entries);
}

/* ---- endpoints --------------------------------------------------------- */

static bool is_plain(const char *text, const char *forbidden)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr(forbidden, *text) != NULL)
			return false;
	return true;
}

static void check_endpoint(const struct endpoint *endpoint, enum endpoint_rule rule)
{
	const char *origin = endpoint->origin;
	bool secure = strncmp(origin, "https://", 8) == 0;
	struct endpoint again;
	const char *why = NULL;

	PROMISE(secure || strncmp(origin, "http://", 7) == 0);
	PROMISE(endpoint->authority == origin + (secure ? 8 : 7));
	PROMISE(*endpoint->authority != '\0');
	PROMISE(is_plain(endpoint->authority, "@?#\\/"));
	PROMISE(is_plain(endpoint->path, "?#"));
	PROMISE(endpoint->path[0] == '\0' || endpoint->path[0] == '/');
	PROMISE(endpoint_parse(&again, origin, rule, &why) == 0);
	PROMISE(strcmp(again.origin, origin) == 0);
}

static void try_endpoint(const char *text, size_t len)
{
	static const enum endpoint_rule rules[] = {
		ENDPOINT_SERVICE, ENDPOINT_FEDERATION, ENDPOINT_METADATA};
	char *copy = strndup(text, len);

	PROMISE(copy != NULL);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct endpoint endpoint;
		const char *why = NULL;

		if (endpoint_parse(&endpoint, copy, rules[i], &why) == 0)
			check_endpoint(&endpoint, rules[i]);
		else
			PROMISE(why != NULL && *why != '\0');
	}
	free(copy);
}

/* ---- tokens --------------------------------------------------------- */

static void try_token(const char *text, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789._-=";
	struct secret token = SECRET_INIT;
	struct auth_claims claims;

	PROMISE(secret_set(&token, text, len) == 0);
	if (auth_jwt_read(&claims, &token) == 0) {
		for (size_t i = 0; i < len; i++)
			PROMISE(text[i] != '\0' && strchr(plain, text[i]) != NULL);
		PROMISE(strnlen(claims.tenancy, sizeof claims.tenancy) < sizeof claims.tenancy);
		PROMISE(claims.expires_at >= 0);
	}
	secret_free(&token);
}

/* ---- addresses of proxies ------------------------------------------------ */

/* What comes before the last "@", if anything does, is never taken for a host. */
static void try_proxy(const char *text, size_t len)
{
	char *copy = strndup(text, len);
	struct http_url url;

	PROMISE(copy != NULL);
	if (http_is_proxy(copy)) {
		const char *at = strchr(copy, '@');

		PROMISE(at == NULL || strchr(at + 1, '@') == NULL);
		PROMISE(is_plain(copy, "?#\"'<>\\^`{|}"));
		if (strstr(copy, "://") != NULL) {
			PROMISE(http_url_read(&url, copy) == 0);
			PROMISE(at == NULL || url.has_user);
			PROMISE(!url.has_more && is_plain(url.host, "@"));
		}
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const tries[])(const char *text, size_t len) = {
		try_config, try_endpoint, try_token, try_proxy};

	if (len == 0)
		return 0;
	caught_begin("vcnmeta");
	tries[data[0] % 4]((const char *)data + 1, len - 1);
	return 0;
}
