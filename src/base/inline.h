/* What the compiler decides by itself as a rule, and where that costs time may not. */
#ifndef BASE_INLINE_H
#define BASE_INLINE_H

/* Compiled into each caller: with what is constant there, or kept although it seems to
 * do nothing. */
#define INTO_CALLER inline __attribute__((always_inline))

/* What few callers need, away from what each one does: its buffers and registers are no
 * concern of others. */
#define OUT_OF_LINE __attribute__((noinline))

#endif
