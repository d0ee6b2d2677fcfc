/* Sheets: what each form makes of cells, of any text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnrules/sheet.h"

static const struct sheet_column columns[] = {{"name", "NAME"}, {"extra", NULL}, {"text", "TEXT"}};

static struct outfile output;
static struct sheet sheet;

static void begin(enum sheet_format format, size_t width)
{
	const struct options options = {.format = format};

	output = (struct outfile){.bytes = BYTES_INIT(1 << 20), .fd = -1};
	sheet_begin(&sheet, &output, &options, columns, 3);
	sheet.width = width;
}

static void row(const char *name, const char *text)
{
	sheet_put_word(&sheet, name);
	sheet_put_word(&sheet, "extra");
	sheet_put_word(&sheet, text);
}

static void assert_ends(const char *expected)
{
	assert_int_equal(sheet_end(&sheet), 0);
	assert_int_equal(bytes_append_char(&output.bytes, '\0'), 0);
	assert_string_equal(output.bytes.data, expected);
	bytes_free(&output.bytes);
}

static void test_csv(void **state)
{
	(void)state;
	begin(SHEET_CSV, 0);
	row("a", "b c");
	row("", "x,y");
	row("say \"no\"", "one\ntwo\r");
	assert_ends("name,extra,text\n"
		    "a,extra,b c\n"
		    ",extra,\"x,y\"\n"
		    "\"say \"\"no\"\"\",extra,\"one\ntwo\r\"\n");
}

static void test_markdown(void **state)
{
	(void)state;
	begin(SHEET_MARKDOWN, 0);
	row("a", "ingress tcp 10.0.0.0/8 \xc3\xa4");
	row("x|y", "<script>`*_\n\x1b");
	row("\xe2\x80\xaetuo", "\xe2\x81\xa9\xe2\x80\xa6");
	row(">a_b_", "53>* _ 1_2");
	assert_ends("| NAME | TEXT |\n"
		    "| --- | --- |\n"
		    "| a | ingress tcp 10.0.0.0/8 \xc3\xa4 |\n"
		    "| x&#124;y | &#60;script>&#96;\\*&#95;&#10;&#27; |\n"
		    "| &#8238;tuo | &#8297;\xe2\x80\xa6 |\n"
		    "| &#62;a_b&#95; | 53>\\* &#95; 1_2 |\n");
}

static void test_table(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 0);
	row("a", "some text");
	row("", "x");
	row("longer \xc3\xa4", "");
	assert_ends("NAME      TEXT\n"
		    "a         some text\n"
		    "          x\n"
		    "longer \xc3\xa4\n");
}

static void test_table_controls(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 0);
	row("\x1b[31mred", "a\nb\x7f\xc2\x9b");
	row("\xe2\x80\xaetuo", "\xe2\x81\xa9\xe2\x80\xa6\xe2");
	assert_ends("NAME         TEXT\n"
		    "\\x1b[31mred  a\\x0ab\\x7f\\x9b\n"
		    "\\u202etuo    \\u2069\xe2\x80\xa6\xe2\n");
}

/* Columns give way, the widest first, and nothing of a cell is lost. */
static void test_table_width(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 30);
	row("short", "one two three four five six seven");
	row("averyveryverylongname", "one");
	assert_ends("NAME            TEXT\n"
		    "short           one two three\n"
		    "                four five six\n"
		    "                seven\n"
		    "averyveryveryl  one\n"
		    "ongname\n");
}

/* What follows a table is no wider than the terminal either; Markdown is not broken. */
static void test_lines(void **state)
{
	static const struct {
		enum sheet_format format;
		size_t width;
		const char *expected;
	} cases[] = {
		{SHEET_TABLE, 12, "\n1 of 2 rules\nhas it, 0\ngo.\nAll.\n"},
		{SHEET_TABLE, 13, "\n1 of 2 rules\nhas it, 0 go.\nAll.\n"},
		{SHEET_TABLE, 0, "\n1 of 2 rules has it, 0 go.\nAll.\n"},
		{SHEET_MARKDOWN, 12, "\n1 of 2 rules has it, 0 go.\nAll.\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes lines = BYTES_INIT(1 << 10);

		begin(cases[i].format, cases[i].width);
		assert_int_equal(sheet_end(&sheet), 0);
		bytes_free(&output.bytes);
		assert_int_equal(
			sheet_write_lines(&sheet, &lines, "\n1 of 2 rules has it, 0 go.\nAll.\n"),
			0);
		assert_int_equal(bytes_append_char(&lines, '\0'), 0);
		assert_string_equal(lines.data, cases[i].expected);
		bytes_free(&lines);
	}
}

/* A title of several words takes lines before a cell does; a long word is parted after
 * a sign. */
static void test_table_titles(void **state)
{
	static const struct sheet_column wide[] = {{"one", "LIST OR GROUP"}, {"two", "TEXT"}};
	const struct options options = {.format = SHEET_TABLE};

	(void)state;
	output = (struct outfile){.bytes = BYTES_INIT(1 << 20), .fd = -1};
	sheet_begin(&sheet, &output, &options, wide, 2);
	sheet.width = 22;
	sheet_put_word(&sheet, "web");
	sheet_put_word(&sheet, "22,443,8000-8004,9000");
	assert_ends("LIST   TEXT\n"
		    "OR\n"
		    "GROUP\n"
		    "web    22,443,8000-\n"
		    "       8004,9000\n");
}

static void test_table_narrow(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 3);
	row("0123456789", "0123456789");
	assert_ends("NAME      TEXT\n"
		    "01234567  01234567\n"
		    "89        89\n");
}

static void test_table_colour(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 0);
	sheet.has_colour = true;
	row("a", "b");
	assert_ends("\x1b[1mNAME  TEXT\n\x1b[0ma     b\n");
}

static void test_empty(void **state)
{
	(void)state;
	begin(SHEET_TABLE, 80);
	assert_ends("NAME  TEXT\n");
	begin(SHEET_CSV, 0);
	assert_ends("name,extra,text\n");
}

/* Values that are no texts, in each format. */
static void put_values(enum sheet_format format)
{
	static const struct sheet_column kinds[] = {{"number", "NUMBER"}, {"flag", "FLAG"},
		{"time", "TIME"}, {"name", "NAME"}, {"list", "LIST"}, {NULL, "SHOWN"},
		{"null", NULL}};
	const struct lookup_text ocid = {"ocid1.x", 7};
	const struct lookup_text none = {NULL, 0};
	const struct options options = {.format = format};

	output = (struct outfile){.bytes = BYTES_INIT(1 << 20), .fd = -1};
	sheet_begin(&sheet, &output, &options, kinds, 7);
	sheet_put_number(&sheet, UINT64_MAX);
	sheet_put_flag(&sheet, true);
	sheet_put_time(&sheet, 0);
	sheet_put_name(&sheet, &none, &ocid);
	sheet_list_begin(&sheet);
	sheet_list_add(&sheet, "a");
	sheet_list_add(&sheet, "b\"");
	sheet_list_end(&sheet);
	sheet_put_word(&sheet, "x");
	sheet_put_null(&sheet);
	for (int i = 0; i < 2; i++)
		sheet_put_flag(&sheet, false);
	sheet_put_time(&sheet, INT64_MAX);
	sheet_put_name(&sheet, &ocid, &none);
	sheet_list_begin(&sheet);
	sheet_list_end(&sheet);
	sheet_put_null(&sheet);
	sheet_put_null(&sheet);
}

static void test_values(void **state)
{
	(void)state;
	put_values(SHEET_NDJSON);
	assert_ends("{\"number\":18446744073709551615,\"flag\":true,"
		    "\"time\":\"1970-01-01T00:00:00Z\",\"name\":null,"
		    "\"list\":[\"a\",\"b\\\"\"],\"null\":null}\n"
		    "{\"number\":false,\"flag\":false,\"time\":null,\"name\":\"ocid1.x\","
		    "\"list\":[],\"null\":null}\n");
	put_values(SHEET_CSV);
	assert_ends("number,flag,time,name,list,null\n"
		    "18446744073709551615,true,1970-01-01T00:00:00Z,,"
		    "\"[\"\"a\"\",\"\"b\\\"\"\"\"]\",\n"
		    "false,false,,ocid1.x,[],\n");
	put_values(SHEET_TABLE);
	assert_ends("NUMBER                FLAG  TIME        NAME     LIST   SHOWN\n"
		    "18446744073709551615  yes   1970-01-01  ocid1.x  a, b\"  x\n"
		    "no                    no                ocid1.x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_controls),
		cmocka_unit_test(test_table_width),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_table_titles),
		cmocka_unit_test(test_table_narrow),
		cmocka_unit_test(test_table_colour),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
