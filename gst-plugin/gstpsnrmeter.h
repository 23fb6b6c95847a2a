// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstaggregator.h>

G_BEGIN_DECLS

#define GST_TYPE_PSNR_METER (gst_psnr_meter_get_type())
G_DECLARE_FINAL_TYPE(GstPsnrMeter, gst_psnr_meter, GST, PSNR_METER, GstAggregator)
GST_ELEMENT_REGISTER_DECLARE(psnrmeter)

G_END_DECLS
