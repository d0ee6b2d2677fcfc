/*
 * Header lines of a reply. Values are bytes, kept up to LIMIT_HEADER; a NUL in
 * one ends it. Dates are read in the one form that HTTP servers send (RFC
 * 1123); others count as absent.
 */
#include "vcnmeta/oci/http_header.h"

#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/retry.h"
#include "json/space.h"

static const struct bytes empty_header = BYTES_INIT(LIMIT_HEADER);

void http_reply_init(struct http_reply *reply)
{
	const struct bytes body = BYTES_INIT(LIMIT_REPLY + LIMIT_JSON_PADDING);

	memset(reply, 0, sizeof(*reply));
	reply->body = body;
	reply->next_page = empty_header;
	reply->request_id = empty_header;
	reply->content_type = empty_header;
	reply->retry_after_s = RETRY_AFTER_NONE;
}

void http_reply_free(struct http_reply *reply)
{
	bytes_free(&reply->body);
	bytes_free(&reply->next_page);
	bytes_free(&reply->request_id);
	bytes_free(&reply->content_type);
}

static bool take_number(const char **at, const char *end, size_t digits, int *n)
{
	*n = 0;
	if ((size_t)(end - *at) < digits)
		return false;
	for (size_t i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*n = *n * 10 + (**at - '0');
	}
	return true;
}

static bool take_char(const char **at, const char *end, char c)
{
	return *at < end && *(*at)++ == c;
}

static bool take_month(const char **at, const char *end, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (end - *at < 3)
		return false;
	for (*month = 0; *month < 12; (*month)++)
		if (memcmp(*at, names + 3 * *month, 3) == 0)
			break;
	*at += 3;
	return *month < 12;
}

int64_t http_header_date(const char *text, size_t len)
{
	const char *at = memchr(text, ',', len), *end = text + len;
	struct tm tm = {0};

	if (at == NULL)
		return -1;
	at++;
	if (!take_char(&at, end, ' ') || !take_number(&at, end, 2, &tm.tm_mday) ||
		!take_char(&at, end, ' ') || !take_month(&at, end, &tm.tm_mon) ||
		!take_char(&at, end, ' ') || !take_number(&at, end, 4, &tm.tm_year) ||
		!take_char(&at, end, ' ') || !take_number(&at, end, 2, &tm.tm_hour) ||
		!take_char(&at, end, ':') || !take_number(&at, end, 2, &tm.tm_min) ||
		!take_char(&at, end, ':') || !take_number(&at, end, 2, &tm.tm_sec))
		return -1;
	tm.tm_year -= 1900;
	return (int64_t)timegm(&tm);
}

/* Digits alone; a number past all reason stays that. */
static int64_t header_number(const char *text, size_t len)
{
	int64_t number = 0;

	if (len == 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		if (number < 1000000000)
			number = number * 10 + (text[i] - '0');
	}
	return number;
}

static enum http_header_result keep(struct bytes *header, const char *text, size_t len)
{
	bytes_clear(header);
	if (len >= LIMIT_HEADER)
		return HTTP_HEADER_TOO_LONG;
	if (bytes_append(header, text, len) != 0 || bytes_append_char(header, '\0') != 0)
		return HTTP_HEADER_NO_MEMORY;
	header->len--;
	return HTTP_HEADER_OK;
}

static void take_retry_after(struct http_reply *reply, const char *text, size_t len)
{
	int64_t now = reply->date > 0 ? reply->date : clock_now();

	reply->retry_after_s =
		retry_after_s(header_number(text, len), http_header_date(text, len), now);
}

static bool name_is(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && strncasecmp(name, wanted, len) == 0;
}

static enum http_header_result take_field(
	struct http_reply *reply, const char *name, size_t name_len, const char *text, size_t len)
{
	if (name_is(name, name_len, "opc-next-page"))
		return keep(&reply->next_page, text, len);
	if (name_is(name, name_len, "opc-request-id"))
		return keep(&reply->request_id, text, len);
	if (name_is(name, name_len, "content-type"))
		return keep(&reply->content_type, text, len);
	if (name_is(name, name_len, "content-encoding"))
		reply->encoded = !name_is(text, len, "identity");
	else if (name_is(name, name_len, "date"))
		reply->date = http_header_date(text, len);
	else if (name_is(name, name_len, "retry-after"))
		take_retry_after(reply, text, len);
	return HTTP_HEADER_OK;
}

static void begin_anew(struct http_reply *reply)
{
	bytes_clear(&reply->next_page);
	bytes_clear(&reply->request_id);
	bytes_clear(&reply->content_type);
	reply->encoded = false;
	reply->date = 0;
	reply->retry_after_s = RETRY_AFTER_NONE;
}

enum http_header_result http_header_take(struct http_reply *reply, const char *data, size_t len)
{
	const char *colon;
	size_t name_len, at;

	while (len > 0 && json_is_space(data[len - 1]))
		len--;
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		begin_anew(reply);
		return HTTP_HEADER_OK;
	}
	colon = memchr(data, ':', len);
	if (colon == NULL)
		return HTTP_HEADER_OK;
	name_len = (size_t)(colon - data);
	at = json_skip_space(data, name_len + 1, len);
	return take_field(reply, data, name_len, data + at, len - at);
}
