/* The line at the end: what is said, and what is not. */
#include "rooms.h"

#include <sys/stat.h>

#include "lookup/model.h"
#include "lookup/writer.h"
#include "vcnflow/summary.h"

#define DAY ((int64_t)86400)

/* When the lookup file's metadata was fetched. */
#define FETCHED (20000 * DAY)

static struct options options;
static struct delivery delivery;
static struct lookup *lookup;

/* A lookup file of no subnets, made from source. */
static void open_lookup(const char *source)
{
	char path[] = "/tmp/vcnflow-unit.XXXXXX";
	char detail[LOOKUP_DETAIL_SIZE];
	struct model *model = model_new(MODEL_REFUSE_DIFFERING);
	int fd = mkstemp(path);

	assert_non_null(model);
	assert_true(fd >= 0);
	close(fd);
	lookup_close(lookup);
	assert_int_equal(writer_write(model, path, FETCHED, source), EXITCODE_OK);
	assert_int_equal(lookup_open(&lookup, path, detail, NULL), LOOKUP_OK);
	unlink(path);
	model_free(model);
}

static int set_up(void **state)
{
	(void)state;
	default_options(&options);
	delivery_init(&delivery, &options, NULL, -1);
	open_lookup("build");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	delivery_free(&delivery);
	lookup_close(lookup);
	lookup = NULL;
	return 0;
}

static const char *summary(void)
{
	static struct bytes line = BYTES_INIT(LIMIT_MESSAGE);

	bytes_clear(&line);
	summary_write(&line, &options, &delivery, lookup, 0);
	assert_int_equal(bytes_append_char(&line, '\0'), 0);
	return line.data;
}

static void name_unknown(const char *subnet, uint64_t unknown, uint64_t emitted)
{
	assert_int_not_equal(
		textset_add(&delivery.unknown, subnet, strlen(subnet)), TEXTSET_NO_MEMORY);
	delivery.tally.unknown_subnet = unknown;
	delivery.tally.fates[FATE_EMITTED] = emitted;
}

static void test_nothing(void **state)
{
	(void)state;
	assert_string_equal(summary(), "");
	/* without a subnet's name there is nothing to fetch */
	delivery.tally.unknown_subnet = 5;
	delivery.tally.fates[FATE_EMITTED] = 5;
	assert_string_equal(summary(), "");
	lookup_close(lookup);
	lookup = NULL;
	name_unknown("a", 5, 5);
	tally_date(&delivery.tally, 0);
	assert_string_equal(summary(), "");
}

static void assert_begins(const char *beginning)
{
	assert_memory_equal(summary(), beginning, strlen(beginning));
}

static void test_shares(void **state)
{
	(void)state;
	name_unknown("a", 1, 1);
	assert_begins("1 of 1 emitted record (all) names 1 unknown subnet: ");
	name_unknown("b", 3, 4);
	assert_begins("3 of 4 emitted records (75.0 %) name 2 unknown subnets: ");
	name_unknown("b", 1, 1000);
	assert_begins("1 of 1000 emitted records (0.1 %) names ");
	name_unknown("b", 1, 1001);
	assert_begins("1 of 1001 emitted records (under 0.1 %) names ");
	name_unknown("b", 99999, 100000);
	assert_begins("99999 of 100000 emitted records (99.9 %) name");
	delivery.tally.fates[FATE_BAD] = 2;
	delivery.unknown_more = true;
	assert_begins("2 bad records; 99999 of 100000 emitted records (99.9 %) name more than 2");
}

static void test_remedies(void **state)
{
	(void)state;
	name_unknown("a", 1, 2);
	assert_non_null(strstr(summary(), "'vcnmeta build' needs the dumps"));
	assert_non_null(strstr(summary(), "oci network subnet list"));
	assert_null(strstr(summary(), "vcnmeta fetch"));
	open_lookup("ocid1.tenancy.oc1..aaaa eu-frankfurt-1");
	assert_non_null(strstr(summary(), "'vcnmeta fetch --subnets-from - --merge"));
	assert_null(strstr(summary(), "vcnmeta build"));
	/* they are listed already */
	options.list_subnets = true;
	assert_string_equal(summary(), "");
}

static void date(int64_t first, int64_t last)
{
	delivery.tally.dated = false;
	tally_date(&delivery.tally, last);
	tally_date(&delivery.tally, first);
}

static void test_ages(void **state)
{
	(void)state;
	date(20030, 20100);
	assert_string_equal(summary(), "");
	date(20031, 20100);
	assert_begins("the metadata was fetched 31 days before the first of the records,");
	date(100, 19970);
	assert_string_equal(summary(), "");
	date(100, 19969);
	assert_begins("the metadata was fetched 31 days after the last of the records,");
	date(-5, 30000);
	assert_string_equal(summary(), "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_shares),
		TEST(test_remedies),
		TEST(test_ages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
