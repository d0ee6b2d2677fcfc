/*
 * Forms by their magic bytes. A magic that text could begin with, too, is taken
 * for what it is only if bytes that no text holds follow.
 */
#include "flowlog/form.h"

#include <stdbool.h>
#include <string.h>

#include "lookup/format.h"

/* Where a tar header says what it is. */
#define TAR_MAGIC_AT 257

static const struct {
	enum form form;
	size_t len;
	const char *magic;
} magics[] = {
	{FORM_BZIP2, 3, "BZh"},
	{FORM_XZ, 6,
		"\xfd"
		"7zXZ\0"},
	{FORM_ZSTD, 4, "\x28\xb5\x2f\xfd"},
	{FORM_ZIP, 4, "PK\3\4"},
	{FORM_ZIP, 4, "PK\5\6"},
	{FORM_ZLIB, 2, "\x78\x01"},
	{FORM_ZLIB, 2, "\x78\x5e"},
	{FORM_ZLIB, 2, "\x78\x9c"},
	{FORM_ZLIB, 2, "\x78\xda"},
	{FORM_GZIP, 3, "\x1f\x8b\x08"},
	{FORM_UTF16, 2, "\xff\xfe"},
	{FORM_UTF16, 2, "\xfe\xff"},
	{FORM_UTF16, 2, "{\0"},
	{FORM_UTF16, 2, "[\0"},
	{FORM_UTF16, 2, "\0{"},
	{FORM_UTF16, 2, "\0["},
	{FORM_LOOKUP, FORMAT_MAGIC_SIZE, FORMAT_MAGIC},
};

/* Returns true if one of the bytes is neither printable ASCII nor white space. */
static bool holds_no_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((bytes[i] < ' ' || bytes[i] > '~') && memchr("\t\n\r", bytes[i], 3) == NULL)
			return true;
	return false;
}

enum form form_of(const char *head, size_t len)
{
	if (len >= TAR_MAGIC_AT + 5 && memcmp(head + TAR_MAGIC_AT, "ustar", 5) == 0)
		return FORM_TAR;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		if (len < magics[i].len || memcmp(head, magics[i].magic, magics[i].len) != 0)
			continue;
		return holds_no_text(head, len) ? magics[i].form : FORM_NONE;
	}
	return FORM_NONE;
}

const char *form_text(enum form form)
{
	static const char *const texts[] = {
		[FORM_NONE] = "no form that is known",
		[FORM_BZIP2] = "bzip2, decompress it with 'bzip2 -dc' first",
		[FORM_XZ] = "xz, decompress it with 'xz -dc' first",
		[FORM_ZSTD] = "zstd, decompress it with 'zstd -dc' first",
		[FORM_ZIP] = "a zip archive, take the logs out with 'unzip -p' first",
		[FORM_ZLIB] = "zlib, decompress it with 'pigz -dc' first",
		[FORM_GZIP] = "gzip in gzip, decompress it once with 'gzip -dc' first",
		[FORM_TAR] = "a tar archive, take the logs out with 'tar -xOf' first",
		[FORM_UTF16] = "UTF-16, convert it with 'iconv -f UTF-16 -t UTF-8' first",
		[FORM_LOOKUP] = "a lookup file, name it with --metadata instead",
	};

	return texts[form];
}
