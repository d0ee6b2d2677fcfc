/* Sixteen bytes at a time, as this processor does it. */
#include "json/scan16.h"
#include "json/scan32.h"

#include "scan16_cases.h"
