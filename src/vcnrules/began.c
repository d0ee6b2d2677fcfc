/*
 * One record tells little about who began. All of a VNIC's conversations tell
 * more, in steps from the surest to the least sure; each step sees what the ones
 * before it have decided, and none sees its own decisions, so that nothing
 * depends on the order:
 *
 *   equal ports    nobody: NTP, IKE and old DNS servers talk between them
 *   answers        of stateless rules, or of rules that are gone: they look like
 *                  conversations of their own that go the other way
 *   other VNIC     what was seen at the other end, and is decided there
 *   known server   an end that is the service of a conversation that is decided
 *   fan-in         an end that three or more others spoke with, and with no other
 *
 * Ends are an address and a port of one side. The flows are sorted by subnet,
 * VNIC and protocol first of all: a group, within which all steps but the third
 * stay.
 */
#include "vcnrules/began.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "rules/judge.h"

/* So many others make a server. */
#define FAN_IN 3

static bool is_decided(const struct flow *flow)
{
	return flow->has_ports && flow->began != CONVERSATION_NOBODY;
}

/* And may be decided yet: of equal ports that is not so. */
static bool is_undecided(const struct flow *flow)
{
	return flow->has_ports && flow->began == CONVERSATION_NOBODY &&
	       flow->local_low != flow->peer_low;
}

static bool has_one_client_port(const struct flow *flow)
{
	return is_decided(flow) && flow->local_low == flow->local_high &&
	       flow->peer_low == flow->peer_high;
}

static uint16_t client_port(const struct flow *flow)
{
	return flow->began == CONVERSATION_LOCAL ? flow->local_low : flow->peer_low;
}

/* Is the client's port of a lower class than the service's? */
static bool looks_turned_round(const struct flow *flow)
{
	return has_one_client_port(flow) &&
	       judge_ports(client_port(flow), flow_service(flow)) == JUDGE_OTHER;
}

/* ---- equal ports ------------------------------------------------------------------ */

static void undo_equal_ports(struct flows *flows)
{
	for (size_t i = 0; i < flows->count; i++)
		if (has_one_client_port(&flows->at[i]) &&
			flows->at[i].local_low == flows->at[i].peer_low)
			flows->at[i].began = CONVERSATION_NOBODY;
	flows_merge(flows);
}

/* ---- answers ----------------------------------------------------------------------- */

/*
 * Of the flows of two addresses, count from first on: the one that a side began
 * with that service port and action. They are sorted by these.
 */
static struct flow *find_service(
	struct flow *first, size_t count, uint8_t began, uint16_t service, uint8_t action)
{
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct flow *flow = &first[middle];
		bool is_less = flow->began != began            ? flow->began < began
			       : flow_service(flow) != service ? flow_service(flow) < service
							       : flow->action < action;

		if (is_less)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || first[low].began != began || flow_service(&first[low]) != service ||
		first[low].action != action || !first[low].has_ports)
		return NULL;
	return &first[low];
}

/* What a flow answers; null: it is no answer. */
static struct flow *find_question(struct flow *first, size_t count, const struct flow *answer)
{
	uint16_t service = flow_service(answer);
	struct flow *question;
	uint16_t low, high;

	if (!has_one_client_port(answer))
		return NULL;
	question = find_service(first, count,
		answer->began == CONVERSATION_LOCAL ? CONVERSATION_PEER : CONVERSATION_LOCAL,
		client_port(answer), answer->action);
	if (!question)
		return NULL;
	low = question->began == CONVERSATION_LOCAL ? question->local_low : question->peer_low;
	high = question->began == CONVERSATION_LOCAL ? question->local_high : question->peer_high;
	if (service < low || service > high)
		return NULL;
	/* Each may be the other's answer: the ports tell, or nothing does. */
	if (low == high && !looks_turned_round(answer))
		return NULL;
	return question;
}

/* Adds the answers among the flows of two addresses to what they answer. */
static void add_answers(struct flow *first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct flow *question = find_question(first, count, &first[i]);

		/* A question has more client ports than one, or is itself not turned
		 * round: it is no answer, and stays. */
		if (!question)
			continue;
		flows_sum(question, &first[i]);
		first[i].is_gone = true;
	}
}

/* How many flows from first on, before end, are of the same addresses. */
static size_t same_addresses(const struct flow *first, size_t end)
{
	size_t count = 1;

	while (count < end && address_compare(&first->local, &first[count].local) == 0 &&
		address_compare(&first->peer, &first[count].peer) == 0)
		count++;
	return count;
}

static void find_answers(struct flows *flows)
{
	for (size_t i = 0; i < flows->count;) {
		size_t group = flows_group(flows, i);

		for (size_t j = 0; j < group;) {
			size_t count = same_addresses(&flows->at[i + j], group - j);

			if (count > 1)
				add_answers(&flows->at[i + j], count);
			j += count;
		}
		i += group;
	}
}

/* ---- the other VNIC ------------------------------------------------------------------ */

/* Flows of one VNIC, protocol and local address, which stand together, sorted by peer. */
struct run {
	uint32_t first;
	uint32_t count;
};

/* By protocol and local address. */
static int compare_local(const struct flow *a, const struct flow *b)
{
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return address_compare(&a->local, &b->local);
}

static int compare_runs(const void *a, const void *b, void *context)
{
	const struct flow *flows = context;

	return compare_local(
		&flows[((const struct run *)a)->first], &flows[((const struct run *)b)->first]);
}

/* Who began a flow, seen from the other end's VNIC; NOBODY: that is not it. */
static enum conversation_began began_there(const struct flow *here, const struct flow *there)
{
	if (here->subnet == there->subnet && here->vnic == there->vnic)
		return CONVERSATION_NOBODY;
	if (here->peer_low < there->local_low || here->peer_low > there->local_high ||
		here->local_low < there->peer_low || here->local_low > there->peer_high)
		return CONVERSATION_NOBODY;
	return there->began == CONVERSATION_LOCAL ? CONVERSATION_PEER : CONVERSATION_LOCAL;
}

/* What the flows of other VNICs say of one; they may not agree. */
struct answer {
	enum conversation_began began;
	bool is_disputed;
};

/* Asks the decided flows of a run that are of here's peer. */
static void ask_run(const struct flow *flows, const struct run *run, const struct flow *here,
	struct answer *answer)
{
	const struct flow *first = &flows[run->first];
	size_t low = 0;
	size_t high = run->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address_compare(&first[middle].peer, &here->local) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < run->count && address_compare(&first[low].peer, &here->local) == 0; low++) {
		enum conversation_began found = CONVERSATION_NOBODY;

		if (is_decided(&first[low]))
			found = began_there(here, &first[low]);
		if (found == CONVERSATION_NOBODY || found == answer->began)
			continue;
		answer->is_disputed = answer->began != CONVERSATION_NOBODY;
		answer->began = found;
		if (answer->is_disputed)
			return;
	}
}

/* Asks all decided flows of the other end; what they don't agree on is nobody. */
static enum conversation_began ask_other_vnic(
	const struct flow *flows, const struct run *runs, size_t count, const struct flow *here)
{
	const struct flow wanted = {.protocol = here->protocol, .local = here->peer};
	struct answer answer = {CONVERSATION_NOBODY, false};
	size_t low = 0;
	size_t high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_local(&flows[runs[middle].first], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && compare_local(&flows[runs[low].first], &wanted) == 0 &&
		!answer.is_disputed;
		low++)
		ask_run(flows, &runs[low], here, &answer);
	return answer.is_disputed ? CONVERSATION_NOBODY : answer.began;
}

/* Finds all runs and sorts them by protocol and local address. */
static size_t find_runs(const struct flows *flows, struct run *runs)
{
	size_t count = 0;

	for (size_t i = 0; i < flows->count; i++) {
		const struct flow *flow = &flows->at[i];
		struct run *last = count == 0 ? NULL : &runs[count - 1];

		if (last && flow[-1].subnet == flow->subnet && flow[-1].vnic == flow->vnic &&
			compare_local(&flow[-1], flow) == 0)
			last->count++;
		else
			runs[count++] = (struct run){(uint32_t)i, 1};
	}
	qsort_r(runs, count, sizeof(*runs), compare_runs, flows->at);
	return count;
}

static int ask_other_vnics(struct flows *flows)
{
	struct run *runs = malloc((flows->count + 1) * sizeof(*runs));
	uint8_t *began = calloc(flows->count + 1, sizeof(*began));

	if (runs && began && flows->count > 0) {
		size_t count = find_runs(flows, runs);

		for (size_t i = 0; i < flows->count; i++)
			if (is_undecided(&flows->at[i]))
				began[i] = (uint8_t)ask_other_vnic(
					flows->at, runs, count, &flows->at[i]);
		for (size_t i = 0; i < flows->count; i++)
			if (began[i] != CONVERSATION_NOBODY)
				flows->at[i].began = began[i];
	}
	free(runs);
	free(began);
	return runs && began ? 0 : -1;
}

/* ---- ends ------------------------------------------------------------------------------ */

/* An address and a port of one side. */
struct end {
	struct address address;
	uint16_t port;
};

static struct end local_end(const struct flow *flow)
{
	return (struct end){flow->local, flow->local_low};
}

static struct end peer_end(const struct flow *flow)
{
	return (struct end){flow->peer, flow->peer_low};
}

static int compare_one_end(const struct end *a, const struct end *b)
{
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return address_compare(&a->address, &b->address);
}

static int order_ends(const void *a, const void *b)
{
	return compare_one_end(a, b);
}

static bool has_end(const struct end *ends, size_t count, const struct end *end)
{
	return count > 0 && bsearch(end, ends, count, sizeof(*ends), order_ends) != NULL;
}

/* ---- known servers --------------------------------------------------------------------- */

/* ends has room for one of each flow. */
static void ask_servers(struct flow *flows, size_t count, struct end *ends)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		if (is_decided(&flows[i]))
			ends[known++] = flows[i].began == CONVERSATION_LOCAL ? peer_end(&flows[i])
									     : local_end(&flows[i]);
	if (known > 1)
		qsort(ends, known, sizeof(*ends), order_ends);
	for (size_t i = 0; i < count; i++) {
		struct end local = local_end(&flows[i]);
		struct end peer = peer_end(&flows[i]);
		bool is_local = is_undecided(&flows[i]) && has_end(ends, known, &local);
		bool is_peer = is_undecided(&flows[i]) && has_end(ends, known, &peer);

		if (is_local != is_peer)
			flows[i].began = is_local ? CONVERSATION_PEER : CONVERSATION_LOCAL;
	}
}

/* ---- fan-in ------------------------------------------------------------------------------ */

/* Two ends that met. */
struct meeting {
	struct end one;
	struct end other;
};

static int order_meetings(const void *a, const void *b)
{
	const struct meeting *first = a;
	const struct meeting *second = b;
	int order = compare_one_end(&first->one, &second->one);

	return order != 0 ? order : compare_one_end(&first->other, &second->other);
}

/* Sorts meetings and leaves each once. */
static size_t tidy_meetings(struct meeting *meetings, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(meetings, count, sizeof(*meetings), order_meetings);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || order_meetings(&meetings[kept - 1], &meetings[i]) != 0)
			meetings[kept++] = meetings[i];
	return kept;
}

/*
 * Of meetings from the other side's view those of ends that met one alone, and
 * of them the ones that FAN_IN or more such ends met: the servers. They are
 * written into ends, sorted; returns how many. meetings is used up.
 */
static size_t find_servers(struct meeting *meetings, size_t count, struct end *ends)
{
	size_t singles = 0;
	size_t servers = 0;

	count = tidy_meetings(meetings, count);
	for (size_t i = 0; i < count; i++) {
		bool is_first =
			i == 0 || compare_one_end(&meetings[i].one, &meetings[i - 1].one) != 0;
		bool is_last = i + 1 == count ||
			       compare_one_end(&meetings[i].one, &meetings[i + 1].one) != 0;

		if (is_first && is_last)
			ends[singles++] = meetings[i].other;
	}
	if (singles > 1)
		qsort(ends, singles, sizeof(*ends), order_ends);
	for (size_t i = 0; i < singles;) {
		size_t same = 1;

		while (i + same < singles && compare_one_end(&ends[i], &ends[i + same]) == 0)
			same++;
		if (same >= FAN_IN)
			ends[servers++] = ends[i];
		i += same;
	}
	return servers;
}

static bool may_be_fan_in(const struct flow *flow)
{
	return is_undecided(flow) || looks_turned_round(flow);
}

/* Room for what a group needs; each has an entry for every flow. */
struct room {
	struct end *ends;
	struct end *others;
	struct meeting *meetings;
};

static void ask_fan_in(struct flow *flows, size_t count, const struct room *room)
{
	size_t locals, peers;
	size_t met = 0;

	for (size_t i = 0; i < count; i++)
		if (may_be_fan_in(&flows[i]))
			room->meetings[met++] =
				(struct meeting){peer_end(&flows[i]), local_end(&flows[i])};
	if (met < FAN_IN)
		return;
	locals = find_servers(room->meetings, met, room->ends);
	met = 0;
	for (size_t i = 0; i < count; i++)
		if (may_be_fan_in(&flows[i]))
			room->meetings[met++] =
				(struct meeting){local_end(&flows[i]), peer_end(&flows[i])};
	peers = find_servers(room->meetings, met, room->others);
	for (size_t i = 0; i < count; i++) {
		struct end local = local_end(&flows[i]);
		struct end peer = peer_end(&flows[i]);
		bool is_local, is_peer;

		if (!may_be_fan_in(&flows[i]))
			continue;
		is_local = has_end(room->ends, locals, &local);
		is_peer = has_end(room->others, peers, &peer);
		if (is_local != is_peer)
			flows[i].began = is_local ? CONVERSATION_PEER : CONVERSATION_LOCAL;
	}
}

/* ---- all steps --------------------------------------------------------------------------- */

static size_t largest_group(const struct flows *flows)
{
	size_t largest = 0;

	for (size_t i = 0; i < flows->count;) {
		size_t group = flows_group(flows, i);

		if (group > largest)
			largest = group;
		i += group;
	}
	return largest;
}

static int ask_groups(struct flows *flows)
{
	size_t largest = largest_group(flows);
	struct room room = {
		.ends = malloc((largest + 1) * sizeof(*room.ends)),
		.others = malloc((largest + 1) * sizeof(*room.others)),
		.meetings = malloc((largest + 1) * sizeof(*room.meetings)),
	};
	bool has_room = room.ends && room.others && room.meetings;

	for (size_t i = 0; has_room && i < flows->count;) {
		size_t group = flows_group(flows, i);

		ask_servers(&flows->at[i], group, room.ends);
		ask_fan_in(&flows->at[i], group, &room);
		i += group;
	}
	free(room.ends);
	free(room.others);
	free(room.meetings);
	return has_room ? 0 : -1;
}

int began_decide(struct flows *flows)
{
	flows_merge(flows);
	undo_equal_ports(flows);
	find_answers(flows);
	flows_merge(flows);
	if (ask_other_vnics(flows) != 0 || ask_groups(flows) != 0)
		return -1;
	flows_merge(flows);
	return 0;
}
