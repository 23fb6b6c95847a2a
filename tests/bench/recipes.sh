#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trains the rows of training/README.md, small networks and minutes each, on one thread, and prints
# what the held-out metrics were at the start and at the end. DATA is the folder of the tests' data.
#   tests/bench/recipes.sh DATA OUT [ROW ...]      all rows, or those named
set -euo pipefail
data=$1 out=$2; shift 2
train=${GAN_TRAIN:-build/training/gan-train}
photos=$data/train/BSDS500 fashion=/usr/share/datasets/fashion-mnist
phone="simulate=phone crop=48 features=16 lr=0.0005 holdout=10"
aug="simulate=phone crop=48 features=16 holdout=10 batch=2 e_features=16 d_features=16 rounds=1 cycle_weight=10 blur_weight=10"
codes="batch=8 crop=32 lr=0.0005 blur_weight=50 code_weight=5 mode_seeking_weight=5"
repair="network=sr_unet levels=3 features=16 patch=64 batch=8 holdout=10 schedule=cosine lr=0.001 ema=0"
auto="features=16 patch=24 batch=8 lr=0.001 ema=0.99 val=$data/images/Set5/HR"

# ROW RECIPE DATA STEPS SETTINGS
rows=(
  "compact compact $photos 2000 scale=2 features=32 convs=5 batch=16 patch=32 lr=0.001 schedule=cosine ema=0.99 val=$data/images/Set5/HR"
  "esrgan esrgan $photos 1200 scale=4 features=32 blocks=2 growth=16 d_features=16 patch=24 pretrain_steps=800 vgg=none lr=0.0005 ema=0.99 val=$data/images/Set5/HR"
  "realesrgan realesrgan $photos 1200 scale=2 features=32 blocks=2 growth=16 d_features=16 patch=32 batch=4 pretrain_steps=800 vgg=none lr=0.0005 ema=0.99 holdout=10"
  "dcgan dcgan $fashion 1000 channels=1 side=28 features=16 d_features=16 batch=64 lr=0.0005 ema=0.99"
  "cgan cgan $fashion 2000 features=32 d_features=32 batch=64 gan=hinge dropout=0.2 lr=0.0005 judge_steps=1000 ema=0.99"
  "pix2pix pix2pix $data/paired/euvp_underwater 1500 features=32 levels=6 d_features=16 d_layers=2 load=70 crop=64"
  "cyclegan cyclegan $data/paired/euvp_underwater 1500 features=16 blocks=3 d_features=16 d_layers=2 load=70 crop=64 lr=0.0005 batch=2"
  "wespe wespe $photos 1500 $phone batch=4 f_features=8 d_features=16 texture_weight=0.1"
  "vae vae $fashion 2000 channels=1 hidden=32-64-128 latent=32 batch=64"
  "unet unet $photos 1200 $repair"
  "unet-perceptual unet-perceptual $photos 1200 $repair vgg=none"
  "unet-gan unet-gan $photos 2000 $repair schedule=constant critic_features=32 critic_blocks=1 critic_dropout=0 lr_gan=0.0006 pretrain_steps=500 critic_steps=0"
  "autoencoder-mse autoencoder $photos 1000 $auto loss=mse"
  "autoencoder-ssim autoencoder $photos 1000 $auto loss=ssim"
  "autoencoder-psnr autoencoder $photos 1000 $auto loss=0.01*psnr"
  "autoencoder-hfenn autoencoder $photos 1000 $auto loss=hfenn"
  "autoencoder-mixture autoencoder $photos 1000 $auto loss=mse+0.1*ssim+0.1*hfenn"
  "augcyclegan augcyclegan $photos 1200 $aug"
  "augcyclegan-cin augcyclegan $photos 1200 $aug style=cin"
  "augcyclegan-without-blur augcyclegan $photos 1200 $aug blur_weight=0"
  "augcyclegan-without-path augcyclegan $photos 1200 $aug path=none"
  "augcyclegan-stylegan2-path augcyclegan $photos 1200 $aug path=stylegan2"
  "augcyclegan-paired augcyclegan $photos 1200 $aug paired=$photos"
  "augcyclegan-codes augcyclegan $photos 2000 $aug $codes"
  "augcyclegan-codes-paired augcyclegan $photos 2000 $aug $codes paired=$photos"
)

# run NAME RECIPE DATA STEPS SETTINGS...: trains unless it has been trained
run() {
  local name=$1 recipe=$2 folder=$3 steps=$4; shift 4
  local -a settings=()
  for setting in "$@" log_every=$((steps / 10)) validate_every=$((steps / 4)) save_every="$steps"; do
    settings+=(--set "$setting")
  done
  [ -e "$out/$name/checkpoints/latest.safetensors" ] ||
    OMP_NUM_THREADS=1 "$train" run "$recipe" --data "$folder" --out "$out/$name" --steps "$steps" --threads 1 \
      "${settings[@]}" > "$out/$name.log" 2>&1 || echo "$name: failed, see $out/$name.log"
}

# report NAME: the first and the last value of each held-out metric
report() {
  awk -F, -v name="$1" '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i ~ /^val_/) title[i] = substr($i, 5); next }
    { for (i in title) if ($i != "") { if (!(i in first)) first[i] = $i; last[i] = $i } }
    END { printf "%s", name; for (i = 1; i <= NF; ++i) if (i in first) printf " | %s %.4g -> %.4g", title[i], first[i], last[i]; print "" }
  ' "$out/$1/metrics.csv"
}

mkdir -p "$out"
for row in "${rows[@]}"; do
  read -ra words <<< "$row"
  [ $# = 0 ] || [[ " $* " == *" ${words[0]} "* ]] || continue
  run "${words[@]}"
  report "${words[0]}"
done
