// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/table.h"

#include "core/error.h"
#include "models/discriminators/augcyclegan_critic.h"
#include "models/discriminators/cgan_discriminator.h"
#include "models/discriminators/critic.h"
#include "models/discriminators/dcgan_discriminator.h"
#include "models/discriminators/dped_discriminator.h"
#include "models/discriminators/latent_discriminator.h"
#include "models/discriminators/patchgan.h"
#include "models/discriminators/pixel.h"
#include "models/discriminators/unet_sn.h"
#include "models/discriminators/vgg_style.h"
#include "models/discriminators/wespe_discriminator.h"
#include "models/encoders/augcyclegan_encoder.h"
#include "models/features/mobilenet.h"
#include "models/features/vgg.h"
#include "models/generators/atd.h"
#include "models/generators/augcyclegan.h"
#include "models/generators/autoencoder.h"
#include "models/generators/cgan.h"
#include "models/generators/compact.h"
#include "models/generators/dat.h"
#include "models/generators/dcgan.h"
#include "models/generators/dcgan_faces.h"
#include "models/generators/dped.h"
#include "models/generators/drct.h"
#include "models/generators/hat.h"
#include "models/generators/mlpgan.h"
#include "models/generators/mosr.h"
#include "models/generators/omnisr.h"
#include "models/generators/plksr.h"
#include "models/generators/rcan.h"
#include "models/generators/realcugan.h"
#include "models/generators/resnet.h"
#include "models/generators/resnet_unet.h"
#include "models/generators/rgt.h"
#include "models/generators/rrdbnet.h"
#include "models/generators/safmn.h"
#include "models/generators/span.h"
#include "models/generators/sr_unet.h"
#include "models/generators/srformer.h"
#include "models/generators/stylegan2.h"
#include "models/generators/swinir.h"
#include "models/generators/unet.h"
#include "models/generators/vae.h"
#include "models/generators/vae_sr.h"
#include "models/generators/wespe.h"

namespace gan {
namespace {

template <class Net>
constexpr TableEntry line(std::string_view name, Task task, std::string_view summary) {
  using OptionsType = typename Net::OptionsType;
  return {name, task, summary,
          []() -> std::unique_ptr<Options> { return std::make_unique<OptionsType>(); },
          [](const Options& options) -> std::shared_ptr<Network> {
            return std::make_shared<Net>(dynamic_cast<const OptionsType&>(options));
          }};
}

constexpr TableEntry kTable[] = {
    line<Atd>("atd", Task::kImage, "ATD, attention to an adaptive dictionary"),
    line<AugCycleGan>("augcyclegan", Task::kImageLatent,
                      "Augmented CycleGAN's generator, a picture and a code"),
    line<Autoencoder>("autoencoder", Task::kImage, "super-resolution auto-encoder"),
    line<Cgan>("cgan", Task::kLatentLabel, "conditional GAN for 28x28 pictures of classes"),
    line<CompactNet>("compact", Task::kImage, "SRVGGNetCompact, small super-resolution"),
    line<Dat>("dat", Task::kImage, "DAT, attention to places and to channels"),
    line<Dcgan>("dcgan", Task::kLatent, "DCGAN's generator"),
    line<DcganFaces>("dcgan_faces", Task::kLatent, "DCGAN for 80x80 faces"),
    line<Dped>("dped", Task::kImage, "DPED's generator, also the WESPE paper's"),
    line<Drct>("drct", Task::kImage, "DRCT, dense groups of Swin blocks"),
    line<Hat>("hat", Task::kImage, "HAT, SwinIR with channel attention and overlapping windows"),
    line<MlpGan>("mlpgan", Task::kLatent, "generator of three dense layers"),
    line<Mosr>("mosr", Task::kImage, "MoSR, gated convolutions"),
    line<OmniSr>("omnisr", Task::kImage, "OmniSR, attention to pixels and channels"),
    line<Plksr>("plksr", Task::kImage, "RealPLKSR and PLKSR, partial large kernels"),
    line<Rcan>("rcan", Task::kImage, "RCAN, residual channel attention"),
    line<RealCugan>("realcugan", Task::kImage, "Real-CUGAN, two U-Nets for drawn pictures"),
    line<Resnet>("resnet", Task::kImage, "CycleGAN's residual generator"),
    line<ResnetUnet>("resnet_unet", Task::kImage, "fast.ai's U-Net on a ResNet-34 encoder"),
    line<Rgt>("rgt", Task::kImage, "RGT, attention to windows and to the whole"),
    line<RrdbNet>("rrdbnet", Task::kImage, "RRDBNet of ESRGAN and Real-ESRGAN"),
    line<Safmn>("safmn", Task::kImage, "SAFMN, weights by maxima of four sizes"),
    line<Span>("span", Task::kImage, "SPAN, quick super-resolution"),
    line<SrUnet>("sr_unet", Task::kImage, "plain U-Net for super-resolution and repair"),
    line<SrFormer>("srformer", Task::kImage, "SRFormer, large windows with permuted attention"),
    line<StyleGan2>("stylegan2", Task::kLatent, "StyleGAN2's generator"),
    line<SwinIr>("swinir", Task::kImage, "SwinIR, attention within shifted windows"),
    line<Unet>("unet", Task::kImage, "pix2pix's U-Net generator"),
    line<Vae>("vae", Task::kAutoencoder, "convolutional variational auto-encoder"),
    line<VaeSr>("vae_sr", Task::kImage, "variational auto-encoder for super-resolution"),
    line<Wespe>("wespe", Task::kImage, "generator of the modified WESPE"),
    line<AugCycleGanEncoder>("augcyclegan_encoder", Task::kEncoder,
                             "Augmented CycleGAN's encoder of codes"),
    line<AugCycleGanCritic>("augcyclegan_critic", Task::kDiscriminator,
                            "Augmented CycleGAN's judge of pictures"),
    line<CganDiscriminator>("cgan_discriminator", Task::kDiscriminator, "beside cgan"),
    line<Critic>("critic", Task::kDiscriminator, "fast.ai's critic with self-attention"),
    line<DcganDiscriminator>("dcgan_discriminator", Task::kDiscriminator, "beside dcgan"),
    line<DcganFacesDiscriminator>("dcgan_faces_discriminator", Task::kDiscriminator,
                                  "beside dcgan_faces"),
    line<DpedDiscriminator>("dped_discriminator", Task::kDiscriminator,
                            "DPED's judge and the WESPE paper's two"),
    line<LatentDiscriminator>("latent_discriminator", Task::kDiscriminator,
                              "Augmented CycleGAN's judge of codes"),
    line<PatchGan>("patchgan", Task::kDiscriminator, "pix2pix's judge of patches"),
    line<PixelDiscriminator>("pixel", Task::kDiscriminator, "pix2pix's judge of pixels"),
    line<UnetSn>("unet_sn", Task::kDiscriminator, "Real-ESRGAN's U-Net judge with spectral norm"),
    line<VggStyle>("vgg_style", Task::kDiscriminator, "SRGAN's and ESRGAN's judge"),
    line<WespeDiscriminator>("wespe_discriminator", Task::kDiscriminator,
                             "the modified WESPE's judges of colour and texture"),
    line<MobileNet>("mobilenet", Task::kFeatures, "MobileNet v2's blocks, for perceptual losses"),
    line<Vgg>("vgg", Task::kFeatures, "VGG's convolutions, for perceptual losses"),
};

}  // namespace

std::span<const TableEntry> network_table() { return kTable; }

const TableEntry& find_network(std::string_view name) {
  std::string known;
  for (const auto& entry : kTable) {
    if (entry.name == name) return entry;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  fail(ErrorKind::kSettings, "network must be one of ", known, "; got \"", name, "\"");
}

std::shared_ptr<Network> create_network(std::string_view name, const OptionValues& values) {
  const TableEntry& entry = find_network(name);
  const auto options = entry.make_options();
  read_options(*options, values, "network " + std::string(name));
  return entry.create(*options);
}

}  // namespace gan
