/*
 * Conversations summed, and who began them. Worlds are lines such as
 *
 *   v 10.0.0.1:443 < 10.0.0.2:50000-60000 tcp 3
 *
 * of VNIC, local end, "<" if the peer began, ">" if the local side did, "?" if
 * nobody is known to, the peer's end, protocol, records. What comes of them is
 * written in the same way, sorted; each world is tried in several orders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vcnrules/began.h"
#include "vcnrules/flows.h"

static void read_end(const char *text, struct address *address, uint16_t *low, uint16_t *high)
{
	const char *colon = strrchr(text, ':');
	unsigned first = 0;
	unsigned last = 0;

	assert_non_null(colon);
	assert_int_equal(address_parse(address, text, (size_t)(colon - text)), 0);
	if (sscanf(colon + 1, "%u-%u", &first, &last) != 2)
		last = first;
	*low = (uint16_t)first;
	*high = (uint16_t)last;
}

static void add_line(struct flows *flows, const char *line)
{
	struct conversation conversation = {.subnet = {"s", 1}, .has_ports = true};
	char vnic[16], local[64], began, peer[64], protocol[16];
	unsigned records;

	assert_int_equal(sscanf(line, "%15s %63s %c %63s %15s %u", vnic, local, &began, peer,
				 protocol, &records),
		6);
	conversation.vnic = (struct conversation_text){vnic, strlen(vnic)};
	read_end(local, &conversation.local, &conversation.local_low, &conversation.local_high);
	read_end(peer, &conversation.peer, &conversation.peer_low, &conversation.peer_high);
	conversation.protocol = strcmp(protocol, "udp") == 0 ? 17 : 6;
	conversation.action = strcmp(protocol, "rej") == 0 ? ACTION_REJECT : ACTION_ACCEPT;
	conversation.began = began == '<'   ? CONVERSATION_PEER
			     : began == '>' ? CONVERSATION_LOCAL
					    : CONVERSATION_NOBODY;
	conversation.in.records = records;
	conversation.first = (struct conversation_time){true, records};
	conversation.last = (struct conversation_time){true, records};
	assert_int_equal(flows_add(flows, &conversation), 0);
}

static void put_end(char *out, const struct address *address, uint16_t low, uint16_t high)
{
	char text[ADDRESS_TEXT_SIZE];

	address_text(text, address);
	sprintf(out, high != low ? "%s:%u-%u" : "%s:%u", text, low, high);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

#define LINE_SIZE 160
#define MAX_LINES 64

static void write_flows(const struct flows *flows, char *out)
{
	static char lines[MAX_LINES][LINE_SIZE];

	assert_true(flows->count <= MAX_LINES);
	for (size_t i = 0; i < flows->count; i++) {
		const struct flow *flow = &flows->at[i];
		char local[64], peer[64], vnic[16];
		size_t len;
		const char *text = textset_text(&flows->texts, flow->vnic, &len);

		sprintf(vnic, "%.*s", (int)len, text);
		put_end(local, &flow->local, flow->local_low, flow->local_high);
		put_end(peer, &flow->peer, flow->peer_low, flow->peer_high);
		sprintf(lines[i], "%s %s %c %s %s %u\n", vnic, local, "?><"[flow->began], peer,
			flow -> action == ACTION_REJECT ? "rej"
				: flow->protocol == 17  ? "udp"
							: "tcp",
			(unsigned)flow->in.records);
	}
	qsort(lines, flows->count, sizeof(lines[0]), compare_lines);
	*out = '\0';
	for (size_t i = 0; i < flows->count; i++)
		strcat(out, lines[i]);
}

static void assert_becomes(const char *world, const char *expected)
{
	char lines[MAX_LINES][LINE_SIZE];
	char got[MAX_LINES * LINE_SIZE];
	size_t count = 0;

	while (*world) {
		size_t len = strcspn(world, "\n");

		memcpy(lines[count], world, len);
		lines[count++][len] = '\0';
		world += len + 1;
	}
	for (size_t order = 0; order < 2 * count; order++) {
		struct flows flows = FLOWS_INIT;

		for (size_t i = 0; i < count; i++) {
			size_t at = (i + order) % count;

			add_line(&flows, lines[order < count ? at : count - 1 - at]);
		}
		assert_int_equal(began_decide(&flows), 0);
		write_flows(&flows, got);
		assert_string_equal(got, expected);
		flows_free(&flows);
	}
}

static void test_summed(void **state)
{
	(void)state;
	assert_becomes("v 10.0.0.1:443 < 10.0.0.2:50000 tcp 1\n"
		       "v 10.0.0.1:443 < 10.0.0.2:60000-60001 tcp 2\n"
		       "v 10.0.0.1:443 < 10.0.0.2:40000-40001 rej 4\n"
		       "v 10.0.0.1:443 < 10.0.0.2:40000-40001 udp 8\n"
		       "w 10.0.0.1:443 < 10.0.0.2:40000-40001 tcp 16\n"
		       "v 10.0.0.1:444 < 10.0.0.2:40000-40001 tcp 32\n",
		"v 10.0.0.1:443 < 10.0.0.2:40000-40001 rej 4\n"
		"v 10.0.0.1:443 < 10.0.0.2:40000-40001 udp 8\n"
		"v 10.0.0.1:443 < 10.0.0.2:50000-60001 tcp 3\n"
		"v 10.0.0.1:444 < 10.0.0.2:40000-40001 tcp 32\n"
		"w 10.0.0.1:443 < 10.0.0.2:40000-40001 tcp 16\n");
}

static void test_equal_ports(void **state)
{
	(void)state;
	/* Four time servers do not make their client a server. */
	assert_becomes("v 10.0.0.1:123 > 192.0.2.1:123 udp 1\n"
		       "v 10.0.0.1:123 ? 192.0.2.2:123 udp 2\n"
		       "v 10.0.0.1:123 < 192.0.2.3:123 udp 4\n"
		       "v 10.0.0.1:123 ? 192.0.2.4:123 udp 8\n"
		       "v 10.0.0.1:123 ? 192.0.2.1:123 udp 16\n",
		"v 10.0.0.1:123 ? 192.0.2.1:123 udp 17\n"
		"v 10.0.0.1:123 ? 192.0.2.2:123 udp 2\n"
		"v 10.0.0.1:123 ? 192.0.2.3:123 udp 4\n"
		"v 10.0.0.1:123 ? 192.0.2.4:123 udp 8\n");
}

static void test_answers(void **state)
{
	(void)state;
	/* Answers to many client ports, each a conversation of its own. */
	assert_becomes("v 10.0.0.1:443 < 10.0.0.2:50000-50009 tcp 10\n"
		       "v 10.0.0.1:443 > 10.0.0.2:50000 tcp 1\n"
		       "v 10.0.0.1:443 > 10.0.0.2:50005 tcp 2\n"
		       "v 10.0.0.1:443 > 10.0.0.2:50010 tcp 4\n"
		       "v 10.0.0.1:443 > 10.0.0.3:50005 tcp 8\n",
		"v 10.0.0.1:443 < 10.0.0.2:50000-50009 tcp 13\n"
		"v 10.0.0.1:443 > 10.0.0.2:50010 tcp 4\n"
		"v 10.0.0.1:443 > 10.0.0.3:50005 tcp 8\n");
	/* Each could be the other's answer: the ports tell. */
	assert_becomes("v 10.0.0.1:443 < 10.0.0.2:50000 tcp 1\n"
		       "v 10.0.0.1:443 > 10.0.0.2:50000 tcp 2\n",
		"v 10.0.0.1:443 < 10.0.0.2:50000 tcp 3\n");
	assert_becomes("v 10.0.0.1:50001 < 10.0.0.2:50000 tcp 1\n"
		       "v 10.0.0.1:50001 > 10.0.0.2:50000 tcp 2\n",
		"v 10.0.0.1:50001 < 10.0.0.2:50000 tcp 1\n"
		"v 10.0.0.1:50001 > 10.0.0.2:50000 tcp 2\n");
	/* What was refused is answered by nothing that passed. */
	assert_becomes("v 10.0.0.1:443 < 10.0.0.2:50000-50009 rej 1\n"
		       "v 10.0.0.1:443 > 10.0.0.2:50000 tcp 2\n",
		"v 10.0.0.1:443 < 10.0.0.2:50000-50009 rej 1\n"
		"v 10.0.0.1:443 > 10.0.0.2:50000 tcp 2\n");
}

static void test_other_vnic(void **state)
{
	(void)state;
	assert_becomes("v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		       "w 10.0.0.2:50000 < 10.0.0.1:39000-41000 tcp 2\n",
		"v 10.0.0.1:40000 > 10.0.0.2:50000 tcp 1\n"
		"w 10.0.0.2:50000 < 10.0.0.1:39000-41000 tcp 2\n");
	assert_becomes("v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		       "w 10.0.0.2:50000 > 10.0.0.1:40000 tcp 2\n",
		"v 10.0.0.1:40000 < 10.0.0.2:50000 tcp 1\n"
		"w 10.0.0.2:50000 > 10.0.0.1:40000 tcp 2\n");
	/* Other ports, and no agreement. */
	assert_becomes("v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		       "w 10.0.0.2:50000 < 10.0.0.1:39000-39999 tcp 2\n",
		"v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		"w 10.0.0.2:50000 < 10.0.0.1:39000-39999 tcp 2\n");
	assert_becomes("v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		       "w 10.0.0.2:50000 < 10.0.0.1:39000-41000 tcp 2\n"
		       "x 10.0.0.2:50000-50001 > 10.0.0.1:40000 tcp 2\n",
		"v 10.0.0.1:40000 ? 10.0.0.2:50000 tcp 1\n"
		"w 10.0.0.2:50000 < 10.0.0.1:39000-41000 tcp 2\n"
		"x 10.0.0.2:50000-50001 > 10.0.0.1:40000 tcp 2\n");
}

static void test_known_server(void **state)
{
	(void)state;
	assert_becomes("v 10.0.0.1:40000 < 10.0.0.2:50000-50001 tcp 1\n"
		       "v 10.0.0.1:40000 ? 10.0.0.3:50000 tcp 2\n"
		       "v 10.0.0.1:40000 ? 10.0.0.2:50007 tcp 4\n"
		       "v 10.0.0.1:40001 ? 10.0.0.3:50000 tcp 8\n"
		       "w 10.0.0.1:40000 ? 10.0.0.4:50000 tcp 16\n",
		"v 10.0.0.1:40000 < 10.0.0.2:50000-50007 tcp 5\n"
		"v 10.0.0.1:40000 < 10.0.0.3:50000 tcp 2\n"
		"v 10.0.0.1:40001 ? 10.0.0.3:50000 tcp 8\n"
		"w 10.0.0.1:40000 ? 10.0.0.4:50000 tcp 16\n");
	/* Both ends are servers. */
	assert_becomes("v 10.0.0.1:40000 < 10.0.0.2:33000-33001 tcp 1\n"
		       "v 10.0.0.1:33000-33001 > 10.0.0.3:50000 tcp 2\n"
		       "v 10.0.0.1:40000 ? 10.0.0.3:50000 tcp 4\n",
		"v 10.0.0.1:33000-33001 > 10.0.0.3:50000 tcp 2\n"
		"v 10.0.0.1:40000 < 10.0.0.2:33000-33001 tcp 1\n"
		"v 10.0.0.1:40000 ? 10.0.0.3:50000 tcp 4\n");
}

static void test_fan_in(void **state)
{
	(void)state;
	assert_becomes("v 10.0.0.1:50000 ? 10.0.0.2:40000 tcp 1\n"
		       "v 10.0.0.1:50000 ? 10.0.0.2:40001 tcp 2\n"
		       "v 10.0.0.1:50000 ? 10.0.0.3:40000 tcp 4\n",
		"v 10.0.0.1:50000 < 10.0.0.2:40000-40001 tcp 3\n"
		"v 10.0.0.1:50000 < 10.0.0.3:40000 tcp 4\n");
	assert_becomes("v 10.0.0.1:40000 ? 10.0.0.9:50000 tcp 1\n"
		       "v 10.0.0.1:40001 ? 10.0.0.9:50000 tcp 2\n"
		       "v 10.0.0.1:40002 ? 10.0.0.9:50000 tcp 4\n",
		"v 10.0.0.1:40000-40002 > 10.0.0.9:50000 tcp 7\n");
	/* Two are too few; one that met two others does not count. */
	assert_becomes("v 10.0.0.1:50000 ? 10.0.0.2:40000 tcp 1\n"
		       "v 10.0.0.1:50000 ? 10.0.0.3:40000 tcp 2\n"
		       "v 10.0.0.1:50000 ? 10.0.0.4:40000 tcp 4\n"
		       "v 10.0.0.1:50001 ? 10.0.0.4:40000 tcp 8\n",
		"v 10.0.0.1:50000 ? 10.0.0.2:40000 tcp 1\n"
		"v 10.0.0.1:50000 ? 10.0.0.3:40000 tcp 2\n"
		"v 10.0.0.1:50000 ? 10.0.0.4:40000 tcp 4\n"
		"v 10.0.0.1:50001 ? 10.0.0.4:40000 tcp 8\n");
}

/* A server above its clients' ports looks like their client, one by one. */
static void test_turned_round(void **state)
{
	(void)state;
	assert_becomes("v 10.0.0.1:50000 > 10.0.0.2:2000 tcp 1\n"
		       "v 10.0.0.1:50000 > 10.0.0.3:2001 tcp 2\n"
		       "v 10.0.0.1:50000 > 10.0.0.4:2002 tcp 4\n",
		"v 10.0.0.1:50000 > 10.0.0.2:2000 tcp 1\n"
		"v 10.0.0.1:50000 > 10.0.0.3:2001 tcp 2\n"
		"v 10.0.0.1:50000 > 10.0.0.4:2002 tcp 4\n");
	assert_becomes("v 10.0.0.1:2000 < 10.0.0.2:1000 tcp 1\n"
		       "v 10.0.0.1:2001 < 10.0.0.2:1000 tcp 2\n"
		       "v 10.0.0.1:2002 < 10.0.0.2:1000 tcp 4\n",
		"v 10.0.0.1:2000-2002 > 10.0.0.2:1000 tcp 7\n");
}

/* Many lines of few keys, and then of many: memory follows the keys. */
static void test_many_lines(void **state)
{
	struct flows flows = FLOWS_INIT;
	char line[LINE_SIZE];

	(void)state;
	for (unsigned i = 0; i < 1100000; i++) {
		sprintf(line, "v 10.0.0.%u:443 < 10.0.0.2:%u tcp 1", i % 7, 40000 + i % 1000);
		add_line(&flows, line);
	}
	assert_true(flows.count < 60000);
	flows_merge(&flows);
	assert_int_equal(flows.count, 7);
	assert_int_equal(flows.at[0].in.records + flows.at[1].in.records, 314286);
	assert_int_equal(flows.at[3].peer_low, 40000);
	assert_int_equal(flows.at[3].peer_high, 40999);
	flows_free(&flows);
}

/* So many keys that they are looked up. */
static void test_many_keys(void **state)
{
	struct flows flows = FLOWS_INIT;
	char line[LINE_SIZE];
	uint64_t records = 0;

	(void)state;
	for (unsigned i = 0; i < 1800000; i++) {
		unsigned key = i * 7919u % 600000u;

		sprintf(line, "v 10.0.0.1:443 < 10.%u.%u.%u:50000 tcp 1", key >> 16, key >> 8 & 255,
			key & 255);
		add_line(&flows, line);
	}
	assert_int_equal(flows.count, 600000);
	assert_non_null(flows.slots);
	flows_merge(&flows);
	assert_int_equal(flows.count, 600000);
	for (size_t i = 0; i < flows.count; i++) {
		assert_true(i == 0 || flows.at[i - 1].peer.high < flows.at[i].peer.high);
		records += flows.at[i].in.records;
	}
	assert_int_equal(records, 1800000);
	flows_free(&flows);
}

static void test_saturated(void **state)
{
	struct flows flows = FLOWS_INIT;

	(void)state;
	add_line(&flows, "v 10.0.0.1:443 < 10.0.0.2:50000 tcp 1");
	flows.at[0].in.records = INT64_MAX;
	flows.at[0].first = 5;
	flows.at[0].last = 5;
	add_line(&flows, "v 10.0.0.1:443 < 10.0.0.2:50000 tcp 1");
	flows_merge(&flows);
	assert_int_equal(flows.at[0].in.records, INT64_MAX);
	assert_int_equal(flows.at[0].first, 1);
	assert_int_equal(flows.at[0].last, 5);
	flows_free(&flows);
}

static void test_empty(void **state)
{
	struct flows flows = FLOWS_INIT;

	(void)state;
	assert_int_equal(began_decide(&flows), 0);
	assert_int_equal(flows.count, 0);
	flows_free(&flows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summed),
		cmocka_unit_test(test_equal_ports),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_other_vnic),
		cmocka_unit_test(test_known_server),
		cmocka_unit_test(test_fan_in),
		cmocka_unit_test(test_turned_round),
		cmocka_unit_test(test_many_lines),
		cmocka_unit_test(test_many_keys),
		cmocka_unit_test(test_saturated),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
