// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/video_pool.h"

namespace gan {

void decide_video_pool(GstQuery* query, const GstVideoInfo& info, const PoolNeeds& needs) {
  GstBufferPool* pool = nullptr;
  guint size = GST_VIDEO_INFO_SIZE(&info), least = 0, most = 0;
  const gboolean proposed = gst_query_get_n_allocation_pools(query) > 0;
  if (proposed) {
    gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &least, &most);
    size = MAX(size, GST_VIDEO_INFO_SIZE(&info));
    if (needs.pool || needs.allocator || (most > 0 && most < least + needs.held)) {
      gst_clear_object(&pool);
      most = 0;
    }
  }
  least += needs.held;
  if (needs.pool) pool = GST_BUFFER_POOL(gst_object_ref(needs.pool));
  if (!pool) pool = gst_video_buffer_pool_new();
  GstStructure* config = gst_buffer_pool_get_config(pool);
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  gst_buffer_pool_config_set_params(config, caps, size, least, most);
  if (needs.allocator) gst_buffer_pool_config_set_allocator(config, needs.allocator, nullptr);
  if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr))
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_set_config(pool, config);
  config = gst_buffer_pool_get_config(pool);  // rows may have become longer
  gst_buffer_pool_config_get_params(config, nullptr, &size, nullptr, nullptr);
  gst_structure_free(config);
  if (proposed)
    gst_query_set_nth_allocation_pool(query, 0, pool, size, least, most);
  else
    gst_query_add_allocation_pool(query, pool, size, least, most);
  gst_object_unref(pool);
}

}  // namespace gan
