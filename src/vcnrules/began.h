/* Who began, as the whole log tells it. */
#ifndef VCNRULES_BEGAN_H
#define VCNRULES_BEGAN_H

#include "vcnrules/flows.h"

/*
 * Decides, of conversations over TCP and UDP, who began those of which that is
 * not known or was guessed wrong, adds answers to what they answer, and leaves
 * the flows merged. What it decides does not depend on their order. Returns 0,
 * or -1: no memory.
 */
int began_decide(struct flows *flows);

#endif
