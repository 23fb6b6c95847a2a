// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/commands.h"
namespace gan::training {
int command_eval(int, char**) { return 1; }
int command_show(int, char**) { return 1; }
}
