/*
 * Both ends of a conversation, and what becomes of it there. The two lookup files of
 * a comparison have the same subnets and VNICs; their rules may differ.
 */
#include "vcnrules/view.h"

#include "lookup/content.h"

/* ---- ends --------------------------------------------------------------------------- */

static struct lookup_text text_of(const struct flows *flows, uint32_t number)
{
	struct lookup_text text = {NULL, 0};

	if (number != FLOWS_NO_VNIC)
		text.text = textset_text(&flows->texts, number, &text.len);
	return text;
}

enum view_result view_here(struct view *view, const struct lookup *lookup,
	const struct flows *flows, const struct flow *flow)
{
	struct lookup_subnet subnet;

	*view = (struct view){
		.flow = *flow,
		.subnet = text_of(flows, flow->subnet),
		.vnic = text_of(flows, flow->vnic),
	};
	if (!lookup_find(lookup, view->subnet.text, view->subnet.len, &subnet))
		return VIEW_UNKNOWN;
	view->vcn = subnet.vcn;
	if (match_is_link_local(&flow->local) || match_is_link_local(&flow->peer))
		return VIEW_EXEMPT;
	return VIEW_OK;
}

/* The flow from the other end: what went in there went out here. */
static struct flow turned(const struct flow *flow)
{
	struct flow other = *flow;

	other.local = flow->peer;
	other.peer = flow->local;
	other.local_low = flow->peer_low;
	other.local_high = flow->peer_high;
	other.peer_low = flow->local_low;
	other.peer_high = flow->local_high;
	other.in = flow->out;
	other.out = flow->in;
	if (flow->began != CONVERSATION_NOBODY)
		other.began =
			flow->began == CONVERSATION_LOCAL ? CONVERSATION_PEER : CONVERSATION_LOCAL;
	return other;
}

bool view_there(struct view *there, const struct lookup *lookup, const struct view *here)
{
	uint32_t number = lookup_find_block(lookup, here->vcn, &here->flow.peer);
	uint32_t holder = lookup_find_holder(lookup, here->vcn, &here->flow.peer);
	struct lookup_vnic vnic = {0};
	struct content_subnet subnet;

	/* What was refused here never came there. */
	if (number == LOOKUP_NONE || here->flow.action == ACTION_REJECT)
		return false;
	content_subnet(lookup, number, &subnet);
	if (holder != LOOKUP_NONE)
		lookup_vnic(lookup, holder, &vnic);
	*there = (struct view){
		.flow = turned(&here->flow),
		.subnet = subnet.ocid,
		.vnic = vnic.ocid,
		.vcn = here->vcn,
		.is_other_end = true,
	};
	return true;
}

static bool is_decided(const struct flow *flow)
{
	return flow->has_ports && flow->began != CONVERSATION_NOBODY;
}

bool view_has_way(const struct view *view, bool is_local)
{
	return !is_decided(&view->flow) || is_local == (view->flow.began == CONVERSATION_LOCAL);
}

/* ---- rules ------------------------------------------------------------------------------ */

int view_rules_begin(struct view_rules *rules, const struct lookup *lookup)
{
	*rules = (struct view_rules){.lookup = lookup};
	return applied_begin(&rules->applied, lookup);
}

void view_rules_free(struct view_rules *rules)
{
	applied_free(&rules->applied);
	applied_matches_free(&rules->matches);
	applied_matches_free(&rules->answers);
}

void view_apply(struct view_rules *rules, const struct view *view)
{
	struct lookup_subnet subnet;
	struct lookup_vnic vnic;
	bool has_vnic = view->vnic.text && lookup_find_vnic(rules->lookup, NULL, view->vnic.text,
						   view->vnic.len, &vnic);

	if (lookup_find(rules->lookup, view->subnet.text, view->subnet.len, &subnet))
		applied_set(&rules->applied, &subnet, has_vnic ? &vnic : NULL);
	else
		rules->applied.rules.run_count = 0;
}

int view_judge(
	struct view_rules *rules, const struct view *view, bool is_local, struct view_fate *fate)
{
	struct match_flow packet = applied_first_packet(&view->flow, is_local);
	struct match_flow reversed = match_reversed(&packet);
	uint64_t answers = is_local ? view->flow.in.records : view->flow.out.records;

	if (applied_match(&rules->matches, &rules->applied, applied_direction(is_local), &packet) !=
		0)
		return -1;
	*fate = (struct view_fate){
		.passes = rules->matches.yes_count > 0,
		.may_pass = rules->matches.maybe_count > 0,
		.is_asked = answers > 0 && !applied_tracks(&rules->matches),
		.answers_pass = true,
	};
	if (!fate->is_asked)
		return 0;
	if (applied_match(
		    &rules->answers, &rules->applied, applied_direction(!is_local), &reversed) != 0)
		return -1;
	fate->answers_pass = rules->answers.yes_count + rules->answers.maybe_count > 0 ||
			     (!rules->matches.is_stateless && fate->may_pass);
	return 0;
}

int view_knows_way(struct view_rules *rules, const struct view *view, bool is_local, bool *is_known)
{
	struct match_flow other;

	*is_known = is_decided(&view->flow);
	if (view->flow.has_ports)
		return 0;
	other = applied_first_packet(&view->flow, !is_local);
	if (applied_match(&rules->matches, &rules->applied, applied_direction(!is_local), &other) !=
		0)
		return -1;
	*is_known = rules->matches.yes_count + rules->matches.maybe_count == 0;
	return 0;
}

/* ---- before and after ---------------------------------------------------------------------- */

int view_compare(struct view_rules *before, struct view_rules *after, const struct view *view,
	bool is_local, enum view_change *change, bool *is_maybe)
{
	const struct flow *flow = &view->flow;
	struct view_fate old, new;
	bool passed, is_known;

	*change = VIEW_SAME;
	*is_maybe = false;
	if (view_knows_way(before, view, is_local, &is_known) != 0 ||
		view_judge(before, view, is_local, &old) != 0 ||
		view_judge(after, view, is_local, &new) != 0)
		return -1;
	if (flow->action == ACTION_REJECT) {
		if (new.passes && !old.passes &&
			(is_local ? flow->out.records : flow->in.records) > 0)
			*change = VIEW_OPENED;
		return 0;
	}
	passed = old.passes || (is_known && old.may_pass);
	if (!passed || new.passes) {
		if (passed && old.answers_pass && !new.answers_pass)
			*change = VIEW_BREAKS;
		return 0;
	}
	if (new.may_pass && !old.passes)
		return 0;
	*change = VIEW_BREAKS;
	*is_maybe = new.may_pass;
	return 0;
}
