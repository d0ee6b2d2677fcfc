/*
 * What the comparison of texts with shapes tells to those who learn from it.
 */
#ifndef JSON_SHAPE_LEARN_H
#define JSON_SHAPE_LEARN_H

#include "json/scan16.h"
#include "json/shape.h"

/* A longer number is left to the parser. */
#define JSON_SHAPE_DIGITS (SCAN16 - 1)

/* A text matched shapes->known[index]; its pieces begin there. */
void json_shapes_note(struct json_shapes *shapes, size_t index, const char *const *begins);

#endif
