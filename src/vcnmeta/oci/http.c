/*
 * HTTP transfers, and the only room that names libcurl.
 *
 * A transfer is late when the server showed no sign of life for the read
 * time-out; a server that sends, but less than PACE bytes in that time, shows
 * none, or it could hold the run up for ever a byte at a time. Header lines
 * and bodies past their limits end the transfer at once as nonsense, whatever
 * the server said about their length.
 *
 * Copies of header lines that libcurl takes hold the Authorization and are
 * zeroed when the transfer ends.
 */
#include "vcnmeta/oci/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "vcnmeta/oci/clock.h"
#include "vcnmeta/oci/http_header.h"

#define PACE ((size_t)16 << 10)
#define WAIT_SLICE_MS 250
#define SHARED_ROOM ((size_t)1 << 20)

struct http_job {
	CURL *easy;
	struct curl_slist *lines;
	struct http_transfer *transfer;
	struct http *http;
	struct http_job *next; /* under way */
	char text[CURL_ERROR_SIZE];
	int64_t alive_ms; /* when it last kept the pace */
	size_t received;  /* since then */
	bool connected;   /* bytes came: the read time-out counts */
	size_t header_bytes;
	bool complete; /* the empty line behind the headers came */
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
		job->alive_ms = clock_ms();
		curl_easy_pause(job->easy, CURLPAUSE_CONT);
	}
}

/*
 * Tells if a job may take len bytes more. Past SHARED_ROOM one job alone goes
 * on and the others wait for it, so that all replies together are held to
 * little more than the largest that one may be.
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

/* Notes that bytes came; the first ones start the pace anew. */
static void note_bytes(struct http_job *job, size_t len)
{
	job->received += len;
	if (job->connected && job->received < PACE)
		return;
	job->connected = true;
	job->received = 0;
	job->alive_ms = clock_ms();
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
	note_bytes(job, len);
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

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct http_job *job = context;
	size_t len = size * count;

	note_bytes(job, len);
	job->header_bytes += len;
	job->complete = len <= 2 && (data[0] == '\r' || data[0] == '\n');
	if (job->header_bytes > LIMIT_REPLY_HEADERS) {
		job->too_long = true;
		return 0;
	}
	switch (http_header_take(&job->transfer->reply, data, len)) {
	case HTTP_HEADER_TOO_LONG:
		job->too_long = true;
		return 0;
	case HTTP_HEADER_NO_MEMORY:
		job->no_memory = true;
		return 0;
	default:
		return len;
	}
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

static CURLcode set_route(CURL *easy, const struct http *http, bool direct)
{
	CURLcode code = CURLE_OK;

	if (http->settings->cert_bundle != NULL)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, http->settings->cert_bundle);
	if (direct) {
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	} else if (http->settings->proxy != NULL) {
		code = curl_easy_setopt(easy, CURLOPT_PROXY, http->settings->proxy);
	}
	return code;
}

static void set_rules(CURL *easy, const struct http *http)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, http->settings->connection_timeout_s);
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)LIMIT_REPLY);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static int set_up(struct http *http, struct http_job *job)
{
	const struct http_transfer *transfer = job->transfer;
	CURL *easy = job->easy;

	if (add_lines(job, &transfer->headers) != 0)
		return -1;
	set_rules(easy, http);
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
	if (set_route(easy, http, transfer->direct) != CURLE_OK ||
		curl_easy_setopt(easy, CURLOPT_URL, transfer->url) != CURLE_OK)
		return -1;
	return curl_multi_add_handle(http->multi, easy) == CURLM_OK ? 0 : -1;
}

int http_start(struct http *http, struct http_transfer *transfer)
{
	struct http_job *job = calloc(1, sizeof(*job));

	http_reply_init(&transfer->reply);
	transfer->job = job;
	if (job == NULL)
		return -1;
	job->transfer = transfer;
	job->http = http;
	job->alive_ms = clock_ms();
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

static enum http_fault judge(const struct http_job *job, CURLcode code)
{
	if (job->no_memory)
		return HTTP_NO_MEMORY;
	if (job->too_long)
		return HTTP_NONSENSE;
	switch (code) {
	case CURLE_OK:
		return job->complete ? HTTP_NO_FAULT : HTTP_NETWORK;
	case CURLE_PEER_FAILED_VERIFICATION:
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
		return job->connected ? HTTP_NONSENSE : HTTP_NO_MEMORY;
	default:
		return HTTP_NETWORK;
	}
}

static void describe(struct http_job *job, CURLcode code)
{
	const char *text = job->text;

	if (job->too_long || code == CURLE_FILESIZE_EXCEEDED ||
		(code == CURLE_OUT_OF_MEMORY && job->connected))
		text = "the reply is too long";
	else if (code == CURLE_OK)
		text = "the reply ends within its headers";
	else if (*text == '\0')
		text = curl_easy_strerror(code);
	snprintf(job->transfer->reply.fault_text, HTTP_FAULT_TEXT_SIZE, "%s", text);
}

/* Room behind the body for the parser, and ends for the headers. */
static int finish_reply(struct http_reply *reply)
{
	if (bytes_reserve(&reply->body, LIMIT_JSON_PADDING) != 0)
		return -1;
	memset(reply->body.data + reply->body.len, 0, LIMIT_JSON_PADDING);
	return 0;
}

static void finish(struct http *http, struct http_job *job, CURLcode code)
{
	struct http_transfer *transfer = job->transfer;
	struct http_reply *reply = &transfer->reply;
	long status = 0;

	curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	reply->status = status > 0 ? (unsigned)status : 0;
	reply->fault = judge(job, code);
	if (reply->fault != HTTP_NO_FAULT)
		describe(job, code);
	else if (finish_reply(reply) != 0)
		reply->fault = HTTP_NO_MEMORY;
	end_job(http, job);
	transfer->done(transfer);
}

/* A job that is late, or null. */
static struct http_job *find_late(const struct http *http, int64_t now)
{
	int64_t patience = (int64_t)http->settings->read_timeout_s * 1000;

	for (struct http_job *job = http->jobs; job != NULL; job = job->next) {
		curl_off_t ready = 0;

		if (!job->connected && (curl_easy_getinfo(job->easy, CURLINFO_PRETRANSFER_TIME_T,
						&ready) != CURLE_OK ||
					       ready == 0))
			job->alive_ms = now; /* connecting has its own */
		if (job->paused)
			continue;
		if (now - job->alive_ms > patience)
			return job;
	}
	return NULL;
}

static void finish_late(struct http *http)
{
	struct http_job *job;

	while ((job = find_late(http, clock_ms())) != NULL) {
		snprintf(job->text, sizeof(job->text),
			"timed out: no reply, or no more of it, within %ld s",
			http->settings->read_timeout_s);
		finish(http, job, CURLE_OPERATION_TIMEDOUT);
	}
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
	finish_late(http);
	return 0;
}

void http_restart_timeouts(struct http *http)
{
	for (struct http_job *job = http->jobs; job != NULL; job = job->next)
		job->alive_ms = clock_ms();
}
