// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:plugin-gan
 * @title: gan
 * @short_description: generative adversarial networks in video pipelines
 */
#include <gst/gst.h>

#include "gst-plugin/gstenhancegan.h"
#include "gst-plugin/gstlatentwalk.h"
#include "gst-plugin/gstpsnrmeter.h"

static gboolean plugin_init(GstPlugin* plugin) {
  gboolean any = FALSE;
  any |= GST_ELEMENT_REGISTER(enhancegan, plugin);
  any |= GST_ELEMENT_REGISTER(latentwalk, plugin);
  any |= GST_ELEMENT_REGISTER(psnrmeter, plugin);
  return any;
}

#define PACKAGE "gst-plugins-gan"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, gan,
                  "Enhancement, latent walks and measurement of video by GANs", plugin_init,
                  GAN_VERSION, "LGPL", PACKAGE, "https://example.org/gst-plugins-gan")
