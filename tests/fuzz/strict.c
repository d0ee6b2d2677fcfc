/* A second JSON parser. */
#include "strict.h"

#include "fuzz.h"

bool strict_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void strict_begin(struct strict *strict, const char *text, size_t len)
{
	strict->text = text;
	strict->len = len;
	strict->count = 1;
}

void strict_free(struct strict *strict)
{
	free(strict->nodes);
	memset(strict, 0, sizeof *strict);
}

static uint32_t add_node(struct strict *strict, enum strict_type type)
{
	if (strict->count >= strict->room) {
		strict->room = strict->room * 2 + 64;
		strict->nodes = realloc(strict->nodes, strict->room * sizeof *strict->nodes);
		PROMISE(strict->nodes != NULL);
	}
	strict->nodes[strict->count] = (struct strict_node){.type = type};
	return (uint32_t)strict->count++;
}

static void skip_blanks(const struct strict *strict, size_t *at)
{
	while (*at < strict->len && strict_blank(strict->text[*at]))
		++*at;
}

/* The byte at at, or -1 behind the end. */
static int byte_at(const struct strict *strict, size_t at)
{
	return at < strict->len ? (unsigned char)strict->text[at] : -1;
}

static bool take(const struct strict *strict, size_t *at, int c)
{
	if (byte_at(strict, *at) != c)
		return false;
	++*at;
	return true;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool take_digits(const struct strict *strict, size_t *at)
{
	if (!is_digit(byte_at(strict, *at)))
		return false;
	while (is_digit(byte_at(strict, *at)))
		++*at;
	return true;
}

/* number = [ minus ] int [ frac ] [ exp ] */
static bool take_number(const struct strict *strict, size_t *at)
{
	(void)take(strict, at, '-');
	if (!take(strict, at, '0') && !take_digits(strict, at))
		return false;
	if (take(strict, at, '.') && !take_digits(strict, at))
		return false;
	if (take(strict, at, 'e') || take(strict, at, 'E')) {
		if (!take(strict, at, '+'))
			(void)take(strict, at, '-');
		return take_digits(strict, at);
	}
	return true;
}

static bool take_word(const struct strict *strict, size_t *at, const char *word)
{
	for (; *word != '\0'; word++)
		if (!take(strict, at, *word))
			return false;
	return true;
}

/* The value of four hexadecimal digits, or -1. */
static int hex4(const struct strict *strict, size_t at)
{
	int value = 0;

	for (size_t i = at; i < at + 4; i++) {
		int c = byte_at(strict, i);

		if (is_digit(c))
			value = value * 16 + c - '0';
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + c - 'A' + 10;
		else
			return -1;
	}
	return value;
}

/* Behind "\u": four digits, and a second half where the first asks for it. */
static bool take_unicode(const struct strict *strict, size_t *at)
{
	int unit = hex4(strict, *at);

	if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return false;
	*at += 4;
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (!take_word(strict, at, "\\u"))
		return false;
	unit = hex4(strict, *at);
	*at += 4;
	return unit >= 0xdc00 && unit <= 0xdfff;
}

static bool take_escape(const struct strict *strict, size_t *at)
{
	int c = byte_at(strict, *at);

	++*at;
	switch (c) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return true;
	case 'u':
		return take_unicode(strict, at);
	default:
		return false;
	}
}

static bool take_tail(const struct strict *strict, size_t *at, int low, int high)
{
	int c = byte_at(strict, *at);

	++*at;
	return c >= low && c <= high;
}

/* A character of more than one byte: the table of RFC 3629, section 4. */
static bool take_wide(const struct strict *strict, size_t *at, int first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return take_tail(strict, at, 0x80, 0xbf);
	if (first >= 0xe0 && first <= 0xef)
		return take_tail(strict, at, first == 0xe0 ? 0xa0 : 0x80,
			       first == 0xed ? 0x9f : 0xbf) &&
		       take_tail(strict, at, 0x80, 0xbf);
	if (first >= 0xf0 && first <= 0xf4)
		return take_tail(strict, at, first == 0xf0 ? 0x90 : 0x80,
			       first == 0xf4 ? 0x8f : 0xbf) &&
		       take_tail(strict, at, 0x80, 0xbf) && take_tail(strict, at, 0x80, 0xbf);
	return false;
}

static bool take_string(const struct strict *strict, size_t *at)
{
	if (!take(strict, at, '"'))
		return false;
	for (;;) {
		int c = byte_at(strict, *at);

		++*at;
		if (c == '"')
			return true;
		if (c < 0x20)
			return false;
		if (c == '\\' ? !take_escape(strict, at) : c >= 0x80 && !take_wide(strict, at, c))
			return false;
	}
}

/* A member's name and the colon behind it. */
static bool take_name(const struct strict *strict, size_t *at, size_t *name_at, size_t *name_end)
{
	*name_at = *at;
	if (!take_string(strict, at))
		return false;
	*name_end = *at;
	skip_blanks(strict, at);
	if (!take(strict, at, ':'))
		return false;
	skip_blanks(strict, at);
	return true;
}

/* One element or member of the container, behind child last (0: the first). */
static uint32_t take_child(
	struct strict *strict, size_t *at, unsigned depth, uint32_t container, uint32_t last)
{
	size_t name_at = 0, name_end = 0;
	uint32_t child;

	if (strict->nodes[container].type == STRICT_OBJECT &&
		!take_name(strict, at, &name_at, &name_end))
		return 0;
	child = strict_value(strict, at, depth - 1);
	if (child == 0)
		return 0;
	strict->nodes[child].name_at = name_at;
	strict->nodes[child].name_end = name_end;
	if (last == 0)
		strict->nodes[container].first = child;
	else
		strict->nodes[last].next = child;
	if (strict->nodes[container].depth <= strict->nodes[child].depth)
		strict->nodes[container].depth = strict->nodes[child].depth + 1;
	skip_blanks(strict, at);
	return child;
}

static uint32_t take_container(
	struct strict *strict, size_t *at, unsigned depth, enum strict_type type)
{
	int closer = type == STRICT_OBJECT ? '}' : ']';
	uint32_t node = add_node(strict, type);
	uint32_t child = 0;

	if (depth == 0)
		return 0;
	strict->nodes[node].at = *at;
	strict->nodes[node].depth = 1;
	++*at;
	skip_blanks(strict, at);
	if (!take(strict, at, closer)) {
		do {
			skip_blanks(strict, at);
			child = take_child(strict, at, depth, node, child);
			if (child == 0)
				return 0;
		} while (take(strict, at, ','));
		if (!take(strict, at, closer))
			return 0;
	}
	strict->nodes[node].end = *at;
	return node;
}

static uint32_t scalar_node(struct strict *strict, enum strict_type type, size_t at, size_t end)
{
	uint32_t node = add_node(strict, type);

	strict->nodes[node].at = at;
	strict->nodes[node].end = end;
	return node;
}

uint32_t strict_value(struct strict *strict, size_t *at, unsigned depth)
{
	size_t begin = *at;
	enum strict_type type;
	bool good;

	switch (byte_at(strict, begin)) {
	case '{':
		return take_container(strict, at, depth, STRICT_OBJECT);
	case '[':
		return take_container(strict, at, depth, STRICT_ARRAY);
	case '"':
		type = STRICT_STRING;
		good = take_string(strict, at);
		break;
	case 't':
		type = STRICT_TRUE;
		good = take_word(strict, at, "true");
		break;
	case 'f':
		type = STRICT_FALSE;
		good = take_word(strict, at, "false");
		break;
	case 'n':
		type = STRICT_NULL;
		good = take_word(strict, at, "null");
		break;
	default:
		type = STRICT_NUMBER;
		good = take_number(strict, at);
	}
	return good ? scalar_node(strict, type, begin, *at) : 0;
}

uint32_t strict_whole(struct strict *strict, unsigned depth)
{
	size_t at = 0;
	uint32_t node;

	skip_blanks(strict, &at);
	node = strict_value(strict, &at, depth);
	skip_blanks(strict, &at);
	return at == strict->len ? node : 0;
}

static void append_utf8(struct bytes *to, unsigned code)
{
	unsigned char out[4];
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (unsigned char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (unsigned char)(heads[len] | code);
	fuzz_append(to, out, len);
}

/* Spells the escape whose letter stands at at; returns where it ends. */
static size_t spell_escape(const struct strict *strict, size_t at, struct bytes *to)
{
	static const char letters[] = "bfnrt", spelled[] = "\b\f\n\r\t";
	char letter = strict->text[at];
	const char *found = strchr(letters, letter);
	unsigned code;

	if (letter != 'u') {
		fuzz_append(to, found ? &spelled[found - letters] : &letter, 1);
		return at + 1;
	}
	code = (unsigned)hex4(strict, at + 1);
	at += 5;
	if (code >= 0xd800 && code <= 0xdbff) {
		code = 0x10000 + ((code - 0xd800) << 10) +
		       ((unsigned)hex4(strict, at + 2) - 0xdc00);
		at += 6;
	}
	append_utf8(to, code);
	return at;
}

void strict_spell(const struct strict *strict, size_t at, size_t end, struct bytes *to)
{
	for (at++; at < end - 1;) {
		if (strict->text[at] == '\\')
			at = spell_escape(strict, at + 1, to);
		else
			fuzz_append(to, &strict->text[at++], 1);
	}
}

static bool spells(const struct strict *strict, size_t at, size_t end, const char *text)
{
	struct bytes spelled = BYTES_INIT(SIZE_MAX / 2);
	const char *inside = strict->text + at + 1;
	size_t len = strlen(text);
	bool same;

	if (memchr(inside, '\\', end - at - 2) == NULL)
		return end - at - 2 == len && memcmp(inside, text, len) == 0;
	strict_spell(strict, at, end, &spelled);
	same = spelled.len == len && (len == 0 || memcmp(spelled.data, text, len) == 0);
	bytes_free(&spelled);
	return same;
}

bool strict_is(const struct strict *strict, uint32_t node, const char *text)
{
	return node != 0 && strict->nodes[node].type == STRICT_STRING &&
	       spells(strict, strict->nodes[node].at, strict->nodes[node].end, text);
}

static uint32_t find(const struct strict *strict, uint32_t node, const char *name, unsigned *count)
{
	uint32_t found = 0;

	*count = 0;
	if (node == 0 || strict->nodes[node].type != STRICT_OBJECT)
		return 0;
	for (uint32_t child = strict->nodes[node].first; child != 0;
		child = strict->nodes[child].next)
		if (spells(strict, strict->nodes[child].name_at, strict->nodes[child].name_end,
			    name)) {
			found = child;
			++*count;
		}
	return found;
}

uint32_t strict_member(const struct strict *strict, uint32_t node, const char *name)
{
	unsigned count;

	return find(strict, node, name, &count);
}

unsigned strict_count(const struct strict *strict, uint32_t node, const char *name)
{
	unsigned count;

	(void)find(strict, node, name, &count);
	return count;
}
