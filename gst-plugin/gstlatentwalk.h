// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_LATENT_WALK (gst_latent_walk_get_type())
G_DECLARE_FINAL_TYPE(GstLatentWalk, gst_latent_walk, GST, LATENT_WALK, GstPushSrc)
GST_ELEMENT_REGISTER_DECLARE(latentwalk)

G_END_DECLS
