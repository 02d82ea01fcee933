#pragma once
#include <linux/perf_event.h>
