/* What of a reply's header lines is kept. */
#ifndef VCNMETA_OCI_HTTP_HEADER_H
#define VCNMETA_OCI_HTTP_HEADER_H

#include "vcnmeta/oci/http.h"

enum http_header_result { HTTP_HEADER_OK, HTTP_HEADER_TOO_LONG, HTTP_HEADER_NO_MEMORY };

void http_reply_init(struct http_reply *reply);

/*
 * Takes one line, data[0..len), as it came. A status line begins the reply
 * anew, as after "100 Continue".
 */
enum http_header_result http_header_take(struct http_reply *reply, const char *data, size_t len);

/* The seconds since 1970 that an HTTP date names, or -1. */
int64_t http_header_date(const char *text, size_t len);

#endif
