/*
 * HTTP transfers, and the only room that names libcurl.
 *
 * A transfer is late when the server sent less than SLOWEST_BYTES within the
 * read time-out, or it could hold the run up for ever a byte at a time. Header
 * lines and bodies past their limits end the transfer at once as nonsense,
 * whatever the server said about their length.
 *
 * Copies of header lines that libcurl takes hold the Authorization and are
 * zeroed when the transfer ends. What libcurl says about a fault is not shown
 * where it may hold a URL, for that of a proxy may have a password in it.
 */
#include "vcnmeta/oci/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vcnmeta/oci/retry.h"

#define SLOWEST_BYTES (16L << 10)
#define WAIT_SLICE_MS 250
#define SHARED_ROOM ((size_t)1 << 20)

/* CURLE_TOO_LARGE, of versions that have it: headers past libcurl's own limits */
#define CODE_TOO_LARGE 100

struct http_job {
	CURL *easy;
	struct curl_slist *lines;
	struct http_transfer *transfer;
	struct http *http;
	struct http_job *next; /* under way */
	char text[CURL_ERROR_SIZE];
	size_t header_bytes;
	bool began;    /* bytes came */
	bool complete; /* the empty line that ends the headers came */
	bool too_long;
	bool no_memory;
	bool paused;
};

struct http {
	const struct http_settings *settings;
	CURLM *multi;
	struct http_job *jobs;
	struct http_job *unthrottled; /* the one that need not wait for room */
	size_t held;                  /* bytes of bodies of all jobs */
};

int http_global_init(void)
{
	unsetenv("SSLKEYLOGFILE");
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}

void http_global_free(void)
{
	curl_global_cleanup();
}

struct http *http_new(const struct http_settings *settings)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->settings = settings;
	http->multi = curl_multi_init();
	if (http->multi == NULL) {
		free(http);
		return NULL;
	}
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)settings->parallel + 2);
	return http;
}

static void init_reply(struct http_reply *reply)
{
	const struct bytes body = BYTES_INIT(LIMIT_REPLY + LIMIT_JSON_PADDING);
	const struct bytes header = BYTES_INIT(LIMIT_HEADER);

	memset(reply, 0, sizeof(*reply));
	reply->body = body;
	reply->next_page = header;
	reply->request_id = header;
	reply->content_type = header;
	reply->retry_after_s = RETRY_AFTER_NONE;
}

void http_reply_free(struct http_reply *reply)
{
	bytes_free(&reply->body);
	bytes_free(&reply->next_page);
	bytes_free(&reply->request_id);
	bytes_free(&reply->content_type);
}

static void free_lines(struct curl_slist *lines)
{
	for (struct curl_slist *line = lines; line != NULL; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(lines);
}

/* A job is over: others need no longer wait for the room that it took. */
static void give_room(struct http *http, const struct http_job *ended)
{
	struct http_job *job;

	http->held -= ended->transfer->reply.body.len;
	if (http->unthrottled == ended)
		http->unthrottled = NULL;
	for (job = http->jobs; job != NULL; job = job->next) {
		if (!job->paused)
			continue;
		job->paused = false;
		curl_easy_pause(job->easy, CURLPAUSE_CONT);
	}
}

/*
 * Returns true if a job may take len bytes more. Past SHARED_ROOM one job alone
 * goes on and the others wait for it, so that all replies together are held to
 * little more than the largest that one may be. None waits for ever: the one
 * that goes on ends, by its reply's limit or as too slow, and lets the next on.
 */
static bool has_room(struct http *http, struct http_job *job, size_t len)
{
	if (http->held + len <= SHARED_ROOM || http->unthrottled == job)
		return true;
	if (http->unthrottled != NULL)
		return false;
	http->unthrottled = job;
	return true;
}

/* Takes a job out of everything; its transfer is left alone. */
static void end_job(struct http *http, struct http_job *job)
{
	struct http_job **link = &http->jobs;

	while (*link != NULL && *link != job)
		link = &(*link)->next;
	if (*link == job)
		*link = job->next;
	if (job->easy != NULL) {
		curl_multi_remove_handle(http->multi, job->easy);
		curl_easy_cleanup(job->easy);
	}
	free_lines(job->lines);
	give_room(http, job);
	job->transfer->job = NULL;
	free(job);
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	while (http->jobs != NULL)
		end_job(http, http->jobs);
	curl_multi_cleanup(http->multi);
	free(http);
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct http_job *job = context;
	struct bytes *body = &job->transfer->reply.body;
	size_t len = size * count;

	if (!has_room(job->http, job, len)) {
		job->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	job->began = true;
	if (len > LIMIT_REPLY - body->len) {
		job->too_long = true;
		return 0;
	}
	if (bytes_append(body, data, len) != 0) {
		job->no_memory = true;
		return 0;
	}
	job->http->held += len;
	return len;
}

/*
 * libcurl keeps the lines; here they are only counted, and it is seen whether
 * the empty one came, for a connection that is closed within the headers ends
 * as if all were well.
 */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct http_job *job = context;
	size_t len = size * count;

	job->began = true;
	job->header_bytes += len;
	if (job->header_bytes > LIMIT_REPLY_HEADERS) {
		job->too_long = true;
		return 0;
	}
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0)
		job->complete = false;
	else if (len <= 2 && (data[0] == '\r' || data[0] == '\n'))
		job->complete = true;
	return len;
}

static int add_lines(struct http_job *job, const struct bytes *headers)
{
	const char *line = headers->data;
	const char *end = line + headers->len;

	while (line < end) {
		struct curl_slist *grown = curl_slist_append(job->lines, line);

		if (grown == NULL)
			return -1;
		job->lines = grown;
		line += strlen(line) + 1;
	}
	return 0;
}

/* A given bundle takes the place of all that the system trusts. */
static CURLcode set_bundle(CURL *easy, const struct http_settings *settings)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)settings->bundle,
		.len = settings->bundle_len,
		.flags = CURL_BLOB_NOCOPY,
	};

	if (settings->bundle == NULL && settings->bundle_path == NULL)
		return CURLE_OK;
	if (settings->bundle == NULL)
		return curl_easy_setopt(easy, CURLOPT_CAINFO, settings->bundle_path);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	return curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

/* A signature in plain http is for nobody on the way to read. */
static CURLcode set_route(CURL *easy, const struct http *http, const struct http_transfer *transfer)
{
	bool direct = transfer->direct || strncmp(transfer->url, "https:", 6) != 0;

	if (direct)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	/* an empty one keeps libcurl from asking the environment */
	return curl_easy_setopt(easy, CURLOPT_PROXY,
		direct || http->settings->proxy == NULL ? "" : http->settings->proxy);
}

static void set_rules(CURL *easy, const struct http_settings *settings)
{
	long patience_s = settings->read_timeout_s;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, settings->connection_timeout_s);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, patience_s);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT,
		patience_s < SLOWEST_BYTES ? SLOWEST_BYTES / patience_s : 1L);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)LIMIT_REPLY);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static int set_up(struct http *http, struct http_job *job)
{
	const struct http_transfer *transfer = job->transfer;
	CURL *easy = job->easy;

	if (add_lines(job, &transfer->headers) != 0)
		return -1;
	set_rules(easy, http->settings);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->text);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, job);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->lines);
	if (transfer->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body_len);
	}
	if (set_bundle(easy, http->settings) != CURLE_OK ||
		set_route(easy, http, transfer) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_URL, transfer->url) != CURLE_OK)
		return -1;
	return curl_multi_add_handle(http->multi, easy) == CURLM_OK ? 0 : -1;
}

int http_start(struct http *http, struct http_transfer *transfer)
{
	struct http_job *job = calloc(1, sizeof(*job));

	init_reply(&transfer->reply);
	transfer->job = job;
	if (job == NULL)
		return -1;
	job->transfer = transfer;
	job->http = http;
	job->next = http->jobs;
	http->jobs = job;
	job->easy = curl_easy_init();
	if (job->easy != NULL && set_up(http, job) == 0)
		return 0;
	end_job(http, job);
	return -1;
}

void http_cancel(struct http *http, struct http_transfer *transfer)
{
	if (transfer->job != NULL)
		end_job(http, transfer->job);
	http_reply_free(&transfer->reply);
}

/*
 * A handshake fails for what the server is (OpenSSL says "error:…": its
 * versions, its certificate), or because the line was cut or what answered is
 * no TLS server, as a load balancer in trouble is not.
 */
static enum http_fault judge_handshake(const char *text)
{
	static const char *const passing[] = {"unexpected eof", "wrong version number",
		"http request", "packet length too long", "bad record type",
		"record layer failure"};

	if (strstr(text, "error:") == NULL)
		return HTTP_NETWORK;
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strstr(text, passing[i]) != NULL)
			return HTTP_NETWORK;
	return HTTP_UNTRUSTED;
}

/* The results of verifying a chain that say: nobody who is trusted made it. */
static enum http_fault judge_certificate(CURL *easy)
{
	static const long unknown[] = {2, 18, 19, 20, 21};
	long result = 0;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (result == unknown[i])
			return HTTP_UNKNOWN_ISSUER;
	return HTTP_UNTRUSTED;
}

static enum http_fault judge(const struct http_job *job, CURLcode code)
{
	if (job->no_memory)
		return HTTP_NO_MEMORY;
	if (job->too_long || (int)code == CODE_TOO_LARGE)
		return HTTP_NONSENSE;
	switch (code) {
	case CURLE_OK:
		return job->complete ? HTTP_NO_FAULT : HTTP_NETWORK;
	case CURLE_PEER_FAILED_VERIFICATION:
		return judge_certificate(job->easy);
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return HTTP_UNTRUSTED;
	case CURLE_SSL_CONNECT_ERROR:
		return judge_handshake(job->text);
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return HTTP_NONSENSE;
	case CURLE_OUT_OF_MEMORY:
		/* also how an endless header line shows */
		return job->began ? HTTP_NONSENSE : HTTP_NO_MEMORY;
	default:
		return HTTP_NETWORK;
	}
}

/* Returns true if the connection stood, and the server was too slow on it. */
static bool is_stalled(CURL *easy, CURLcode code)
{
	curl_off_t ready = 0;

	return code == CURLE_OPERATION_TIMEDOUT &&
	       curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready) == CURLE_OK &&
	       ready > 0;
}

static void describe(const struct http_job *job, CURLcode code, char text[HTTP_FAULT_TEXT_SIZE])
{
	const char *said = job->text;

	if (is_stalled(job->easy, code)) {
		snprintf(text, HTTP_FAULT_TEXT_SIZE,
			"timed out: no reply, or no more of it, within %ld s",
			job->http->settings->read_timeout_s);
		return;
	}
	if (job->too_long || code == CURLE_FILESIZE_EXCEEDED || (int)code == CODE_TOO_LARGE ||
		(code == CURLE_OUT_OF_MEMORY && job->began))
		said = "the reply is too long";
	else if (code == CURLE_OK)
		said = "the reply ends within its headers";
	else if (*said == '\0' || strchr(said, '@') != NULL || strstr(said, "://") != NULL)
		said = curl_easy_strerror(code);
	snprintf(text, HTTP_FAULT_TEXT_SIZE, "%s", said);
}

/* The value of a header of the last reply, not of its trailers; or null. */
static const char *header_of(CURL *easy, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	return header->value;
}

/* Returns 0, or -1 when memory ran out or it is too long to be kept. */
static int keep_header(struct bytes *kept, CURL *easy, const char *name, struct http_job *job)
{
	const char *value = header_of(easy, name);

	if (value == NULL)
		return 0;
	if (strlen(value) >= LIMIT_HEADER) {
		job->too_long = true;
		return -1;
	}
	if (bytes_append_text(kept, value) != 0 || bytes_append_char(kept, '\0') != 0) {
		job->no_memory = true;
		return -1;
	}
	kept->len--;
	return 0;
}

/*
 * libcurl says 0 for a Retry-After that is 0, that it could not read, and that
 * is too large a number; the text tells them apart.
 */
static int64_t read_retry_after(CURL *easy)
{
	const char *text = header_of(easy, "Retry-After");
	curl_off_t seconds = 0;

	if (text == NULL || curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK)
		return RETRY_AFTER_NONE;
	if (*text != '\0' && text[strspn(text, "0123456789")] == '\0')
		return seconds > 0 || text[strspn(text, "0")] == '\0' ? seconds : INT64_MAX;
	return seconds > 0 && !isdigit((unsigned char)*text) ? seconds : RETRY_AFTER_NONE;
}

static int take_headers(struct http_job *job)
{
	struct http_reply *reply = &job->transfer->reply;
	CURL *easy = job->easy;
	const char *encoding = header_of(easy, "Content-Encoding");
	const char *date = header_of(easy, "Date");

	reply->encoded = encoding != NULL && strcasecmp(encoding, "identity") != 0;
	if (date != NULL)
		reply->date = (int64_t)curl_getdate(date, NULL);
	reply->retry_after_s = read_retry_after(easy);
	if (keep_header(&reply->next_page, easy, "opc-next-page", job) != 0 ||
		keep_header(&reply->request_id, easy, "opc-request-id", job) != 0)
		return -1;
	return keep_header(&reply->content_type, easy, "Content-Type", job);
}

/* Zeroes after the body, for the parser. */
static int pad_body(struct bytes *body)
{
	if (bytes_reserve(body, LIMIT_JSON_PADDING) != 0)
		return -1;
	memset(body->data + body->len, 0, LIMIT_JSON_PADDING);
	return 0;
}

static void finish(struct http *http, struct http_job *job, CURLcode code)
{
	struct http_transfer *transfer = job->transfer;
	struct http_reply *reply = &transfer->reply;
	long status = 0;

	curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	reply->status = status > 0 ? (unsigned)status : 0;
	(void)take_headers(job); /* judged with the rest */
	if (pad_body(&reply->body) != 0)
		job->no_memory = true;
	reply->fault = judge(job, code);
	if (reply->fault != HTTP_NO_FAULT)
		describe(job, code, reply->fault_text);
	end_job(http, job);
	transfer->done(transfer);
}

static void finish_ended(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		char *job = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &job);
		finish(http, (struct http_job *)(void *)job, code);
	}
}

int http_run(struct http *http, int timeout_ms)
{
	int running;

	if (timeout_ms > WAIT_SLICE_MS)
		timeout_ms = WAIT_SLICE_MS;
	/* A transfer just begun makes this return at once. */
	if (curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL) != CURLM_OK ||
		curl_multi_perform(http->multi, &running) != CURLM_OK)
		return -1;
	finish_ended(http);
	return 0;
}

/* Going on after a pause is what makes libcurl count the slow time anew. */
void http_restart_timeouts(struct http *http)
{
	for (struct http_job *job = http->jobs; job != NULL; job = job->next) {
		if (job->paused)
			continue;
		curl_easy_pause(job->easy, CURLPAUSE_RECV);
		curl_easy_pause(job->easy, CURLPAUSE_CONT);
	}
}

/* ---- URLs -------------------------------------------------------------------- */

/* Copies a part of a URL; an absent one is "". False: it does not fit. */
static bool copy_part(CURLU *handle, CURLUPart part, char *text, size_t size)
{
	char *value = NULL;
	bool fits = true;

	*text = '\0';
	if (curl_url_get(handle, part, &value, 0) == CURLUE_OK) {
		fits = strlen(value) < size;
		if (fits)
			memcpy(text, value, strlen(value) + 1);
	}
	curl_free(value);
	return fits;
}

static bool has_part(CURLU *handle, CURLUPart part)
{
	char *value = NULL;
	bool found = curl_url_get(handle, part, &value, 0) == CURLUE_OK;

	curl_free(value);
	return found;
}

static bool read_parts(CURLU *handle, struct http_url *url)
{
	url->has_user = has_part(handle, CURLUPART_USER) || has_part(handle, CURLUPART_PASSWORD);
	url->has_more = has_part(handle, CURLUPART_QUERY) || has_part(handle, CURLUPART_FRAGMENT) ||
			has_part(handle, CURLUPART_ZONEID);
	return copy_part(handle, CURLUPART_SCHEME, url->scheme, sizeof(url->scheme)) &&
	       copy_part(handle, CURLUPART_HOST, url->host, sizeof(url->host)) &&
	       copy_part(handle, CURLUPART_PORT, url->port, sizeof(url->port)) &&
	       copy_part(handle, CURLUPART_PATH, url->path, sizeof(url->path));
}

int http_url_read(struct http_url *url, const char *text)
{
	CURLU *handle = curl_url();
	bool read = false;

	memset(url, 0, sizeof(*url));
	if (handle != NULL)
		read = curl_url_set(handle, CURLUPART_URL, text,
			       CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS) == CURLUE_OK &&
		       read_parts(handle, url);
	curl_url_cleanup(handle);
	return read && url->host[0] != '\0' && strcmp(url->port, "0") != 0 ? 0 : -1;
}

static bool is_proxy_scheme(const char *scheme)
{
	static const char *const known[] = {
		"http", "https", "socks4", "socks4a", "socks5", "socks5h"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(scheme, known[i]) == 0)
			return true;
	return false;
}

bool http_is_proxy(const char *text)
{
	bool has_scheme = strstr(text, "://") != NULL;
	const char *at = strchr(text, '@');
	size_t len = strlen(text);
	struct http_url url;
	struct bytes whole = BYTES_INIT(LIMIT_REQUEST);
	bool read;

	for (const char *c = text; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"'<>\\^`{|}?#", *c) != NULL)
			return false;
	if (at != NULL && strchr(at + 1, '@') != NULL)
		return false;
	/* a colon without a port would stand for a default of libcurl's */
	len -= len > 0 && text[len - 1] == '/';
	if (len > 0 && text[len - 1] == ':')
		return false;
	read = bytes_append_text(&whole, has_scheme ? "" : "http://") == 0 &&
	       bytes_append_text(&whole, text) == 0 && bytes_append_char(&whole, '\0') == 0 &&
	       http_url_read(&url, whole.data) == 0;
	bytes_free(&whole);
	/* libcurl has undone %XX in the host: what comes of it may be no name */
	return read && is_proxy_scheme(url.scheme) && !url.has_more && strcmp(url.path, "/") == 0 &&
	       strspn(url.host, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.-_:[]") == strlen(url.host);
}

int http_escape(struct bytes *out, const char *text, size_t len)
{
	char *escaped;
	int result;

	if (len == 0)
		return 0;
	escaped = len > INT_MAX ? NULL : curl_easy_escape(NULL, text, (int)len);
	if (escaped == NULL)
		return -1;
	result = bytes_append_text(out, escaped);
	curl_free(escaped);
	return result;
}
