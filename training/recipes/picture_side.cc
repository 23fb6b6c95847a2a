// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/picture_side.h"

#include "core/error.h"

namespace gan::training {

void check_side(const NamedNetwork& network, int side, const std::string& made_by) {
  const NetworkTraits traits = network.network->traits();
  const bool fixed = traits.fixed_side != 0;
  const bool fits = fixed ? side == traits.fixed_side
                          : side >= traits.min_side && side % traits.size_multiple == 0;
  check(fits, ErrorKind::kSettings, made_by, " makes pictures of ", side, "x", side, "; network ",
        network.name, " (", network.table, ") wants sides of ",
        fixed ? concat(traits.fixed_side) : concat("at least ", traits.min_side),
        !fixed && traits.size_multiple > 1 ? concat(" that are multiples of ", traits.size_multiple)
                                           : "");
}

}  // namespace gan::training
