#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes vectors of super-resolution networks with options that differ from those in GAN_GOLDEN:
weights and input at random, output by spandrel, tolerance 20 times what its float differs from its
double. models_test compares those in the folder that GAN_OWNED names.

  pip install torch spandrel spandrel_extra_arches safetensors
  tests/golden/owned.py FOLDER [SEED]
"""
import sys

import torch
from safetensors.torch import save_file
from spandrel.architectures.ATD import ATD
from spandrel.architectures.DAT import DAT
from spandrel.architectures.DRCT import DRCT
from spandrel.architectures.HAT import HAT
from spandrel.architectures.MoSR import MoSR
from spandrel.architectures.OmniSR import OmniSR
from spandrel.architectures.PLKSR import PLKSR, RealPLKSR
from spandrel.architectures.RCAN import RCAN
from spandrel.architectures.RealCUGAN import UpCunet2x, UpCunet3x, UpCunet4x
from spandrel.architectures.RGT import RGT
from spandrel.architectures.SAFMN import SAFMN
from spandrel.architectures.SPAN import SPAN
from spandrel.architectures.SwinIR import SwinIR
from spandrel_extra_arches.architectures.SRFormer import SRFormer

CASES = {
    "span_x3": (SPAN, dict(num_in_ch=3, num_out_ch=3, feature_channels=20, upscale=3), (19, 26)),
    "span_gray": (SPAN, dict(num_in_ch=1, num_out_ch=1, feature_channels=8, upscale=2, norm=False), (19, 26)),
    "realplksr_x3_dysample": (RealPLKSR, dict(dim=24, n_blocks=2, upscaling_factor=3, kernel_size=9, dysample=True), (17, 22)),
    "realplksr_x1": (RealPLKSR, dict(dim=16, n_blocks=2, upscaling_factor=1, kernel_size=5, use_ea=False), (17, 22)),
    "plksr_iccm": (PLKSR, dict(dim=16, n_blocks=2, upscaling_factor=2, ccm_type="ICCM"), (17, 22)),
    "plksr_rectangular": (PLKSR, dict(dim=16, n_blocks=2, upscaling_factor=2, lk_type="RectSparsePLK", kernel_size=9), (17, 22)),
    "dat_x3_odd": (DAT, dict(embed_dim=64, split_size=[8, 4], depth=[4, 5], num_heads=[4, 2], expansion_factor=2.0, upscale=3), (18, 27)),
    "dat_no_bias": (DAT, dict(embed_dim=64, split_size=[4, 4], depth=[3], num_heads=[2], expansion_factor=2.0, upscale=1, qkv_bias=False), (21, 17)),
    "omnisr_x3_w4": (OmniSR, dict(num_feat=16, block_num=2, res_num=2, up_scale=3, window_size=4), (18, 23)),
    "swinir_x3": (SwinIR, dict(embed_dim=24, depths=[3, 1], num_heads=[2, 3], window_size=5, img_size=60, upscale=3, upsampler="pixelshuffle", mlp_ratio=1.5), (13, 22)),
    "swinir_x2_real": (SwinIR, dict(embed_dim=24, depths=[2], num_heads=[2], window_size=8, upscale=2, upsampler="nearest+conv", mlp_ratio=2.0), (19, 22)),
    "swinir_x8": (SwinIR, dict(embed_dim=16, depths=[2], num_heads=[2], window_size=4, upscale=8, upsampler="nearest+conv", mlp_ratio=2.0), (9, 10)),
    "swinir_gray": (SwinIR, dict(in_chans=1, embed_dim=16, depths=[2], num_heads=[2], window_size=8, upscale=1, upsampler="", mlp_ratio=2.0), (19, 22)),
    "hat_x3": (HAT, dict(embed_dim=24, depths=[2, 3], num_heads=[2, 4], window_size=8, upscale=3, upsampler="pixelshuffle", compress_ratio=2, squeeze_factor=4), (19, 30)),
    "srformer_x4_real": (SRFormer, dict(embed_dim=24, depths=[2, 2], num_heads=[2, 2], window_size=10, img_size=60, upscale=4, upsampler="nearest+conv", mlp_ratio=2.0), (19, 30)),
    "rgt_x3": (RGT, dict(embed_dim=64, depth=[4, 4], num_heads=[4, 4], split_size=[8, 4], upscale=3, c_ratio=0.75, mlp_ratio=2.0), (19, 70)),
    "rcan_unshuffle": (RCAN, dict(scale=2, n_resgroups=1, n_resblocks=3, n_feats=16, reduction=8, norm=False, unshuffle_mod=True), (20, 26)),
    "rcan_x8": (RCAN, dict(scale=8, n_resgroups=3, n_resblocks=1, n_feats=8, reduction=2), (11, 12)),
    "mosr_x3": (MoSR, dict(upscale=3, n_block=2, dim=12, upsampler="ps", kernel_size=3, expansion_ratio=2.0, conv_ratio=0.5), (13, 18)),
    "realcugan_x3": (UpCunet3x, dict(), (31, 38)),
    "realcugan_x2_pro": (UpCunet2x, dict(pro=True), (31, 38)),
    "realcugan_x4": (UpCunet4x, dict(), (30, 37)),
    "safmn_x3": (SAFMN, dict(dim=12, n_blocks=2, ffn_scale=1.5, upscaling_factor=3), (24, 32)),
    "drct_x4": (DRCT, dict(embed_dim=24, depths=[6, 6], num_heads=[4, 4], window_size=8, upscale=4, gc=12, upsampler="pixelshuffle"), (16, 32)),
    "atd_classical": (ATD, dict(embed_dim=24, depths=[2, 3], num_heads=[2, 4], window_size=8, category_size=256, num_tokens=12, reducted_dim=6, upscale=3, upsampler="pixelshuffle", mlp_ratio=2.0), (19, 27)),
}


def main():
    folder, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for name, (make, options, size) in CASES.items():
        torch.manual_seed(seed)
        model = make(**options).eval()
        state = model.state_dict()
        for key, tensor in state.items():
            if tensor.is_floating_point() and "attn_mask" not in key and not key.endswith(("rpe_biases", "init_pos", "no_norm", "pro", "sub_mean.weight", "sub_mean.bias", "add_mean.weight", "add_mean.bias")):
                fan = max(1, tensor.numel() // tensor.shape[0]) if tensor.dim() > 1 else 1
                noise = torch.randn(tensor.shape) * (0.7 / fan ** 0.5 if tensor.dim() > 1 else 0.1)
                base = 1.0 if key.endswith("running_var") or (key.endswith("weight") and tensor.dim() == 1) else 0.0
                tensor.copy_((noise + base).abs() if key.endswith("running_var") else noise + base)
        channels = options.get("num_in_ch", options.get("in_chans", 3))
        image = torch.rand(1, channels, *size)
        with torch.no_grad():
            output = model(image.clone())
            exact = model.double()(image.double().clone())
        model.float()
        error = (output - exact).abs().max().item()
        tensors = {"weights." + k: v.float().contiguous() if v.is_floating_point() else v.contiguous() for k, v in state.items()}
        # Saved in training a SPAN has another fused convolution than its branches are.
        for key in tensors:
            if "eval_conv" in key:
                tensors[key] = torch.randn_like(tensors[key])
        tensors |= {"input": image, "output": output.contiguous()}
        tol = max(20 * error, 1e-5 * max(1.0, output.abs().max().item()))
        save_file({k: v.clone() for k, v in tensors.items()}, f"{folder}/{name}_{seed}.safetensors",
                  {"kind": name, "options": "{}", "tol": str(tol)})
        print(f"{name:24} error {error:.2g} tol {tol:.2g} std {output.std().item():.3g}")


main()
