/*
 * What make made of page.css and page.js: their bytes, and the SHA-256 of each in
 * base64, by which the page names them in its content security policy.
 */
#include "vcnrules/page_static.h"

#include "vcnrules/html.h"

static const unsigned char style[] = {
#include "vcnrules/page.css.inc"
};

static const unsigned char script[] = {
#include "vcnrules/page.js.inc"
};

static const char style_hash[] =
#include "vcnrules/page.css.hash.inc"
	;

static const char script_hash[] =
#include "vcnrules/page.js.hash.inc"
	;

void page_static_put_head(struct html *html)
{
	html_put(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		       "img-src data:; style-src 'sha256-");
	html_put(html, style_hash);
	html_put(html, "'; script-src 'sha256-");
	html_put(html, script_hash);
	html_put(html, "'; base-uri 'none'; form-action 'none'\">\n"
		       "<meta name=\"referrer\" content=\"no-referrer\">\n"
		       /* else a browser asks the server for one */
		       "<link rel=\"icon\" href=\"data:,\">\n<style>");
	html_put_bytes(html, (const char *)style, sizeof(style));
	html_put(html, "</style>\n");
}

void page_static_put_script(struct html *html)
{
	html_put(html, "<script>");
	html_put_bytes(html, (const char *)script, sizeof(script));
	html_put(html, "</script>\n");
}
