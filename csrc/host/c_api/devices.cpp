// ascendcl/devices.h: what a program that looks for NPUs is told.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/devices.h"

#include "host/runtime/device.h"
#include "host/runtime/notice.h"

using namespace ascendcl::host;

void ascendclHideDevices(void) { hide_devices(); }

void ascendclShowDevices(void) { show_devices(); }

void ascendclTellsOfHost(void) { forgo_notice(); }
