/* Arrays that grow. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * Makes room for need entries of so many bytes in an array from malloc, which is null
 * while *room, the entries that it has room for, is 0. Room is doubled, so that adding
 * one entry at a time costs as much as copying each of them a few times. Returns the
 * array, which may have moved; or null, with the array and *room as they were: no memory.
 */
void *array_reserve(void *array, size_t *room, size_t need, size_t size);

#endif
