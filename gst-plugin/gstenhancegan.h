// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasetransform.h>

G_BEGIN_DECLS

#define GST_TYPE_ENHANCE_GAN (gst_enhance_gan_get_type())
G_DECLARE_FINAL_TYPE(GstEnhanceGan, gst_enhance_gan, GST, ENHANCE_GAN, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE(enhancegan)

G_END_DECLS
