/* A config file read a second way, as Python's configparser describes it. */
#include "entries.h"

#include "fuzz.h"

/* A line's text: from its first byte that is no blank to its last one. */
struct line {
	const char *text;
	size_t len;
	size_t indent;
	uint64_t number;
};

static struct bytes text_of(const char *text, size_t len)
{
	struct bytes bytes = BYTES_INIT(SIZE_MAX / 2);

	fuzz_append(&bytes, text, len);
	return bytes;
}

static bool same(const struct bytes *a, const struct bytes *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static bool is_blank(char c)
{
	return c != '\n' && c != '\0' && strchr(" \t\r\f\v", c) != NULL;
}

static struct line strip(const char *text, size_t len)
{
	struct line line = {text, len, 0, 0};

	while (line.len != 0 && is_blank(line.text[0])) {
		line.text++;
		line.len--;
		line.indent++;
	}
	while (line.len != 0 && is_blank(line.text[line.len - 1]))
		line.len--;
	return line;
}

struct entry *entries_all(const struct entries *entries, size_t *count)
{
	*count = entries->list.len / sizeof(struct entry);
	return (void *)entries->list.data;
}

static struct entry *last_entry(const struct entries *entries)
{
	size_t count;
	struct entry *all = entries_all(entries, &count);

	return count == 0 ? NULL : &all[count - 1];
}

/* Adds an entry unless there is one like it, which is a fault. */
static void add(struct entries *entries, struct entry entry)
{
	size_t count;
	struct entry *all = entries_all(entries, &count);

	for (size_t i = 0; i < count; i++)
		if (same(&all[i].profile, &entry.profile) && same(&all[i].key, &entry.key))
			entries->sound = false;
	fuzz_append(&entries->list, &entry, sizeof entry);
}

/* What a reader remembers from line to line. */
struct memory {
	const char *profile; /* null: none yet */
	size_t profile_len;
	bool in_value; /* the last thing that began is a pair */
	size_t indent; /* of the last line that began something */
	size_t blank;  /* empty lines since a value's last line */
};

static bool has_section(const struct entries *entries, const char *name, size_t len)
{
	size_t count;
	const struct entry *all = entries_all(entries, &count);

	for (size_t i = 0; i < count; i++)
		if (all[i].key.len == 0 && all[i].profile.len == len &&
			memcmp(all[i].profile.data, name, len) == 0)
			return true;
	return false;
}

/* [PROFILE]: up to the last bracket of the line. DEFAULT may go on later. */
static void take_section(struct entries *entries, const struct line *line, struct memory *memory)
{
	size_t len = line->len;

	while (len > 1 && line->text[len - 1] != ']')
		len--;
	if (len < 3) {
		entries->sound = false;
		return;
	}
	memory->profile = line->text + 1;
	memory->profile_len = len - 2;
	memory->in_value = false;
	if (len - 2 == 7 && memcmp(memory->profile, "DEFAULT", 7) == 0 &&
		has_section(entries, "DEFAULT", 7))
		return;
	add(entries, (struct entry){text_of(line->text + 1, len - 2), text_of("", 0),
			     text_of("", 0), line->number});
}

static void take_pair(struct entries *entries, const struct line *line, struct memory *memory)
{
	size_t at = 0;
	struct line key, value;
	struct entry entry;

	while (at < line->len && line->text[at] != '=' && line->text[at] != ':')
		at++;
	if (at == 0 || at == line->len || memory->profile == NULL) {
		entries->sound = false;
		return;
	}
	key = strip(line->text, at);
	value = strip(line->text + at + 1, line->len - at - 1);
	entry = (struct entry){text_of(memory->profile, memory->profile_len),
		text_of(key.text, key.len), text_of(value.text, value.len), line->number};
	for (size_t i = 0; i < entry.key.len; i++)
		if (entry.key.data[i] >= 'A' && entry.key.data[i] <= 'Z')
			entry.key.data[i] += 'a' - 'A';
	memory->in_value = true;
	add(entries, entry);
}

static void take_line(struct entries *entries, const struct line *line, struct memory *memory)
{
	struct entry *last = last_entry(entries);

	if (line->len == 0) {
		memory->blank++;
		return;
	}
	if (line->text[0] == '#' || line->text[0] == ';')
		return;
	if (memory->in_value && line->indent > memory->indent) {
		for (size_t i = 0; i <= memory->blank; i++)
			fuzz_append(&last->value, "\n", 1);
		fuzz_append(&last->value, line->text, line->len);
	} else {
		memory->indent = line->indent;
		if (line->text[0] == '[')
			take_section(entries, line, memory);
		else
			take_pair(entries, line, memory);
	}
	memory->blank = 0;
}

void entries_read(struct entries *entries, const char *text, size_t len)
{
	struct memory memory = {0};
	uint64_t number = 0;
	size_t at = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	entries_clear(entries);
	while (at < len && entries->sound) {
		const char *feed = memchr(text + at, '\n', len - at);
		size_t end = feed == NULL ? len : (size_t)(feed - text);
		struct line line = strip(text + at, end - at);

		line.number = ++number;
		if (memchr(text + at, '\0', end - at) != NULL)
			entries->sound = false;
		else
			take_line(entries, &line, &memory);
		at = end + 1;
	}
}

void entries_clear(struct entries *entries)
{
	size_t count;
	struct entry *all = entries_all(entries, &count);

	for (size_t i = 0; i < count; i++) {
		bytes_free(&all[i].profile);
		bytes_free(&all[i].key);
		bytes_free(&all[i].value);
	}
	bytes_clear(&entries->list);
	entries->sound = true;
}
