/* Words of flow logs that every room has for the same. */
#ifndef BASE_FLOW_H
#define BASE_FLOW_H

/* How traffic goes, seen from its subnet or VNIC. Lookup files have the first two,
 * as these numbers. */
enum direction { DIRECTION_INGRESS, DIRECTION_EGRESS, DIRECTION_NONE };

/* What became of it; of what is selected it may be any, or nothing was said yet. */
enum action { ACTION_ACCEPT, ACTION_REJECT, ACTION_ALL, ACTION_UNSET };

#endif
