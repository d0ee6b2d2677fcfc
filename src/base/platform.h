/*
 * What every file is compiled for: the Makefile puts this header before each.
 * Lookup files are mapped as they lie, sizes are 64 bits wide, and rights are
 * given up as Linux offers it.
 */
#ifndef BASE_PLATFORM_H
#define BASE_PLATFORM_H

#if !defined(__linux__) || __SIZEOF_POINTER__ != 8 || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "this builds for 64-bit little-endian Linux only (x86-64, ARM64 and the like)"
#endif

#endif
