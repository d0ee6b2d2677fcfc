/* Sixteen bytes at a time, as any processor does it. */
#define SCAN16_PORTABLE
#include "json/scan16.h"
#include "json/scan32.h"

#include "scan16_cases.h"
