/*
 * Texts that must not outlive their use; see secret.h. realloc is never called
 * on a secret, for it may leave a copy where it was.
 */
#include "vcnmeta/oci/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "json/space.h"

int secret_make(struct secret *secret, size_t cap)
{
	secret_free(secret);
	if (cap == SIZE_MAX)
		return -1;
	secret->data = calloc(1, cap + 1);
	if (secret->data == NULL)
		return -1;
	secret->room = cap + 1;
	return 0;
}

int secret_set(struct secret *secret, const char *text, size_t len)
{
	struct secret copy = SECRET_INIT;

	if (secret_make(&copy, len) != 0)
		return -1;
	if (len > 0)
		memcpy(copy.data, text, len);
	copy.len = len;
	secret_free(secret);
	*secret = copy;
	return 0;
}

void secret_trim(struct secret *secret)
{
	size_t start;

	if (secret->data == NULL)
		return;
	while (secret->len > 0 && json_is_space(secret->data[secret->len - 1]))
		secret->data[--secret->len] = '\0';
	start = json_skip_space(secret->data, 0, secret->len);
	if (start == 0)
		return;
	secret->len -= start;
	memmove(secret->data, secret->data + start, secret->len + 1);
}

void secret_free(struct secret *secret)
{
	if (secret->data != NULL)
		explicit_bzero(secret->data, secret->room);
	free(secret->data);
	*secret = (struct secret)SECRET_INIT;
}

int secret_take_environment(struct secret *secret, const char *name)
{
	char *value = getenv(name);

	if (value == NULL || *value == '\0')
		return 0;
	if (secret_set(secret, value, strlen(value)) != 0)
		return -1;
	explicit_bzero(value, secret->len);
	return 1;
}

void secret_protect_process(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
