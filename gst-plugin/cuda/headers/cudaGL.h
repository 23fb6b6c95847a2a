// SPDX-License-Identifier: LGPL-2.1-or-later
// As cuda.h beside it.
#pragma once

#include "cuda.h"

typedef int CUGLDeviceList;
