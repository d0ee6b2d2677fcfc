/*
 * The same sources once more, with zlib behind them and other names, so that
 * both back ends are in one program.
 */
#define gunzip_new zlib_gunzip_new
#define gunzip_free zlib_gunzip_free
#define gunzip_reset zlib_gunzip_reset
#define gunzip_run zlib_gunzip_run
#define gunzip_report(gunzip) zlib_gunzip_report(gunzip)
#define gunzip_check_later zlib_gunzip_check_later
#define gunzip_unchecked zlib_gunzip_unchecked
#define gunzip_check zlib_gunzip_check
#define gunzip_defer zlib_gunzip_defer
#define gunzip_damage_text zlib_gunzip_damage_text
#define gunzip_is_magic zlib_gunzip_is_magic
#define inflate_new zlib_inflate_new
#define inflate_free zlib_inflate_free
#define inflate_reset zlib_inflate_reset
#define inflate_run zlib_inflate_run
#define inflate_left zlib_inflate_left

#include "deflate/gunzip.c"
#include "deflate/inflate_zlib.c"
