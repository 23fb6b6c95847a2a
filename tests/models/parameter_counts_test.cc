// SPDX-License-Identifier: LGPL-2.1-or-later
// Parameters of every network at full size, against the originals' own counts (buffers apart).
#include <gtest/gtest.h>

#include "models/table.h"

namespace gan {
namespace {

struct Full {
  const char* network;
  OptionValues options;
  int64_t parameters;
};

std::vector<Full> full_sizes() {
  return {
      {"dcgan", {}, 3576704},
      {"dcgan_discriminator", {}, 2765568},
      {"dcgan_faces", {}, 1381891},
      {"dcgan_faces_discriminator", {}, 1651841},
      {"dcgan_faces", {{"norm", "batch"}}, 1389315},
      {"dcgan_faces_discriminator", {{"norm", "batch"}}, 1653121},
      {"dcgan_faces", {{"dense_features", "256"}, {"last_kernel", "3"}}, 1961091},
      {"dcgan_faces_discriminator", {{"first_features", "64"}, {"kernel", "3"}}, 521601},
      {"cgan", {}, 1169336},
      {"cgan_discriminator", {}, 196773},
      {"unet", {}, 54413955},
      {"unet", {{"norm", "instance"}}, 54409603},
      {"unet", {{"levels", "7"}}, 41828995},
      {"patchgan", {{"in_channels", "6"}}, 2768705},
      {"patchgan", {{"norm", "instance"}}, 2764737},
      {"patchgan", {{"in_channels", "6"}, {"norm", "instance"}}, 2767809},
      {"patchgan", {}, 2765633},
      {"unet", {{"levels", "5"}}, 16659075},
      {"unet", {{"levels", "6"}, {"norm", "instance"}}, 29241731},
      {"pixel", {}, 8832},
      {"pixel", {{"in_channels", "6"}, {"norm", "instance"}}, 8897},
      {"dcgan", {{"channels", "1"}}, 3574656},
      {"dcgan_discriminator", {{"channels", "1"}}, 2763520},
      {"stylegan2", {{"channel_base", "16384"}}, 24767458},
      {"stylegan2", {{"side", "1024"}}, 30370060},
      {"resnet", {}, 11378179},
      {"resnet", {{"norm", "batch"}}, 11383427},
      {"resnet", {{"blocks", "6"}}, 7837699},
      {"augcyclegan", {{"style", "cin"}, {"latent", "16"}}, 1104259},
      {"augcyclegan", {{"style", "instance"}, {"latent", "0"}}, 1080963},
      {"augcyclegan_encoder", {{"form", "paper"}, {"latent", "16"}}, 1447040},
      {"augcyclegan_critic", {{"form", "patch"}}, 1713089},
      {"augcyclegan_critic", {{"form", "edges"}, {"features", "32"}}, 243521},
      {"latent_discriminator", {{"latent", "16"}}, 9857},
      {"augcyclegan", {{"latent", "2"}}, 204035},
      {"augcyclegan", {{"latent", "4"}}, 204675},
      {"augcyclegan_encoder", {{"latent", "2"}}, 2162466},
      {"augcyclegan_encoder", {{"latent", "4"}}, 2162980},
      {"augcyclegan_critic", {}, 1713089},
      {"latent_discriminator", {{"latent", "2"}}, 8961},
      {"latent_discriminator", {{"latent", "4"}}, 9089},
      {"rrdbnet", {}, 16697987},
      {"rrdbnet", {{"blocks", "6"}}, 4467779},
      {"rrdbnet", {{"scale", "2"}}, 16703171},
      {"rrdbnet", {{"scale", "1"}}, 16723907},
      {"rrdbnet", {{"scale", "1"}, {"doublings", "0"}}, 16624131},
      {"rrdbnet", {{"scale", "8"}, {"doublings", "3"}}, 16734915},
      {"compact", {}, 621424},
      {"compact", {{"convs", "32"}}, 1213296},
      {"compact", {{"scale", "2"}}, 600652},
      {"compact", {{"convs", "32"}, {"scale", "2"}}, 1192524},
      {"unet_sn", {}, 4376897},
      {"vgg_style", {}, 14499401},
      {"vgg_style", {{"side", "256"}}, 21055049},
      {"dped", {}, 401475},
      {"dped_discriminator", {}, 7361122},
      {"dped_discriminator", {{"judges", "color"}}, 7371713},
      {"dped_discriminator", {{"judges", "texture"}}, 7360097},
      {"wespe", {}, 1673475},
      {"wespe", {{"features", "64"}}, 431235},
      {"wespe_discriminator", {}, 6962369},
      {"wespe_discriminator", {{"judges", "texture"}}, 6960321},
      {"autoencoder", {}, 1110403},
      {"vae", {}, 3937635},
      {"resnet_unet", {}, 41229213},
      {"resnet_unet", {{"self_attention", "true"}}, 41413534},
      {"critic", {}, 44705665},
      {"vgg", {{"depth", "16"}}, 14714688},
      {"vgg", {}, 20024384},
      {"mlpgan", {}, 283920},
  };
}

TEST(ParameterCounts, AreThoseOfTheOriginals) {
  for (const Full& full : full_sizes()) {
    std::string options;
    for (const auto& [key, value] : full.options) options += " " + key + "=" + value;
    const auto network = create_network(full.network, full.options);
    EXPECT_EQ(parameter_count(*network), full.parameters) << full.network << options;
  }
}

TEST(BufferCounts, AreThoseOfTheOriginals) {
  const auto buffers = [](const char* network) {
    int64_t count = 0;
    for (const auto& buffer : create_network(network, {})->buffers()) count += buffer.numel();
    return count;
  };
  EXPECT_EQ(buffers("unet_sn"), 1472 + 16384);
  EXPECT_EQ(buffers("vgg_style"), 5769);
}

}  // namespace
}  // namespace gan
