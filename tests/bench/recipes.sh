#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trains the rows of training/README.md, each a recipe at size=small on one thread in fp32, and prints of
# each what the held-out metrics were at the start and at the end and how many minutes of a processor it
# took. DATA is the folder of the tests' data. What OUT has is not trained again; an interrupted row goes on.
#   tests/bench/recipes.sh DATA OUT [ROW ...]      all rows, or those named
set -euo pipefail
[ $# -ge 2 ] || { sed -n '3,6s/^# \?//p' "$0" >&2; exit 2; }
data=$1 out=$2; shift 2
train=${GAN_TRAIN:-build/training/gan-train}
photos=$data/train/BSDS500 fashion=/usr/share/datasets/fashion-mnist
underwater="$data/paired/euvp_underwater holdout=8"
phone="$photos simulate=phone holdout=10"
set5="val=$data/images/Set5/HR" bsd="val=$data/images/CBSD68"

# ROW RECIPE DATA SETTINGS
rows=(
  "compact compact $photos scale=2 $bsd"
  "esrgan esrgan $photos scale=4 $bsd"
  "realesrgan realesrgan $photos holdout=10"
  "unet unet $photos holdout=10"
  "unet-perceptual unet-perceptual $photos holdout=10"
  "unet-perceptual-without unet-perceptual $photos holdout=10 vgg=none perceptual=vgg"
  "unet-gan unet-gan $photos holdout=10"
  "pix2pix-0 pix2pix $underwater seed=0"
  "pix2pix-1 pix2pix $underwater seed=1"
  "pix2pix-2 pix2pix $underwater seed=2"
  "cyclegan-0 cyclegan $underwater seed=0"
  "cyclegan-1 cyclegan $underwater seed=1"
  "cyclegan-2 cyclegan $underwater seed=2"
  "wespe wespe $phone"
  "augcyclegan augcyclegan $phone"
  "augcyclegan-unpaired augcyclegan $phone paired=none"
  "augcyclegan-cin augcyclegan $phone style=cin"
  "augcyclegan-without-blur augcyclegan $phone blur_weight=0"
  "augcyclegan-without-path augcyclegan $phone path=none"
  "dcgan dcgan $fashion channels=1 side=28"
  "cgan cgan $fashion"
  "vae vae $fashion channels=1"
  "autoencoder-mse autoencoder $photos $set5 loss=mse"
  "autoencoder-ssim autoencoder $photos $set5 loss=ssim"
  "autoencoder-psnr autoencoder $photos $set5 loss=0.01*psnr"
  "autoencoder-hfenn autoencoder $photos $set5 loss=hfenn"
  "autoencoder-mixture autoencoder $photos $set5 loss=mse+0.1*ssim+0.1*hfenn"
)

# run NAME RECIPE DATA SETTINGS...: trains unless it has been trained; a run's processor time is added up
run() {
  local name=$1 recipe=$2 folder=$3; shift 3
  local -a words=(run "$recipe" --data "$folder" --out "$out/$name" --threads 1 --precision fp32 --set size=small)
  for setting in "$@"; do words+=(--set "$setting"); done
  [ ! -e "$out/$name/done" ] || return 0
  [ ! -e "$out/$name/checkpoints/latest.safetensors" ] || words+=(--resume)
  OMP_NUM_THREADS=1 /usr/bin/time -a -o "$out/$name.time" -f '%U %S' "$train" "${words[@]}" >> "$out/$name.log" 2>&1 ||
    { echo "$name: failed, see $out/$name.log"; return 1; }
  touch "$out/$name/done"
}

# report NAME: the first and the last value of each held-out metric
report() {
  awk -F, -v name="$1" '
    NR == 1 { for (i = 1; i <= NF; ++i) if ($i ~ /^val_/) title[i] = substr($i, 5); next }
    { for (i in title) if ($i != "") { if (!(i in first)) first[i] = $i; last[i] = $i } }
    END { printf "%s", name; for (i = 1; i <= NF; ++i) if (i in first) printf " | %s %.4g -> %.4g", title[i], first[i], last[i] }
  ' "$out/$1/metrics.csv"
  awk '/^[0-9]/ { s += $1 + $2 } END { printf " | %.0f min\n", s / 60 }' "$out/$1.time"
}

mkdir -p "$out"
for row in "${rows[@]}"; do
  read -ra words <<< "$row"
  [ $# = 0 ] || [[ " $* " == *" ${words[0]} "* ]] || continue
  run "${words[@]}" || continue
  report "${words[0]}"
done
