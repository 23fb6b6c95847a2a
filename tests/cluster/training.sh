#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-train under the launchers that exist: srun on a Slurm of four nodes, mpirun, torchrun where
# Python has torch. All must give the weights that --processes gives. Wants root, for Slurm and iptables.
# training.sh BUILD
set -u
source "$(dirname "$0")/cluster.sh"
need openmpi-bin iptables iproute2 ffmpeg
train=$build/training/gan-train

# Pictures of noise and edges, from FFmpeg alone.
mkdir "$dir/data"
ffmpeg -v error -f lavfi -i 'testsrc2=size=96x80:rate=1' -frames:v 6 "$dir/data/%d.png" || exit 1
settings=(run compact --data "$dir/data" --threads 1 --precision fp32 --steps 30)
for set in features=8 convs=1 batch=4 patch=8 holdout=1 validate_every=10 save_every=10 workers=1 look=0; do
  settings+=(--set $set)
done

# same NAME FOLDER: the run has the weights of the one that --processes started.
same() {
  # What the header says of the command differs; the tensors are the end of the file.
  local bytes=$(($(stat -c %s "$dir/reference/checkpoints/latest.safetensors") - 8 - $(od -An -tu8 -N8 "$dir/reference/checkpoints/latest.safetensors")))
  if cmp -s <(tail -c $bytes "$dir/reference/checkpoints/latest.safetensors") \
            <(tail -c $bytes "$dir/$2/checkpoints/latest.safetensors"); then
    ok "$1: the weights of --processes 2"
  else
    bad "$1: other weights than --processes 2"
  fi
}

"$train" "${settings[@]}" --out "$dir/reference" --processes 2 > "$dir/reference.log" 2>&1 || bad '--processes 2'

# --- mpirun
if command -v mpirun > /dev/null; then
  mpirun --allow-run-as-root --oversubscribe -np 2 "$train" "${settings[@]}" --out "$dir/mpirun" > "$dir/mpirun.log" 2>&1 &&
    same mpirun mpirun || bad mpirun
else
  skip 'mpirun (package openmpi-bin)'
fi

# --- torchrun: its workers are killed once, and resume by themselves
if command -v torchrun > /dev/null; then
  cat > "$dir/once.sh" <<'END'
#!/bin/sh
# Rank 1 of the first start dies after its first checkpoint.
if [ "$RANK" = 1 ] && [ "$TORCHELASTIC_RESTART_COUNT" = 0 ]; then
  "$@" & child=$!
  while [ ! -e "$OUT/checkpoints/step-10.state" ] && kill -0 $child; do sleep 0.05; done
  kill -9 $child
  exit 1
fi
exec "$@"
END
  chmod +x "$dir/once.sh"
  OUT=$dir/torchrun torchrun --no-python --nproc-per-node 2 --max-restarts 2 "$dir/once.sh" "$train" "${settings[@]}" \
    --out "$dir/torchrun" > "$dir/torchrun.log" 2>&1 && same 'torchrun with a restart' torchrun || bad torchrun
else
  skip 'torchrun (Python has no torch)'
fi

# --- Slurm
if has_slurm; then
  start_slurm
  srun -N 2 -n 2 "$train" "${settings[@]}" --out "$dir/srun" > "$dir/srun.log" 2>&1 && same 'srun on two nodes' srun || bad srun

  # A process dies: all end, by name, and the last checkpoint is good.
  srun -N 4 -n 4 --no-kill --kill-on-bad-exit=0 "$train" "${settings[@]}" --steps 100000 --patience 20 --out "$dir/lost" > "$dir/lost.log" 2>&1 &
  job=$!
  for _ in $(seq 600); do [ -e "$dir/lost/checkpoints/step-10.state" ] && break; sleep 0.2; done
  victim=$(pgrep -f -- "--out $dir/lost" | while read -r pid; do
    tr '\0' '\n' < "/proc/$pid/environ" 2> /dev/null | grep -qx SLURM_PROCID=2 && echo "$pid" && break; done)
  kill -9 "$victim"
  timeout 90 tail --pid=$job -f /dev/null || bad 'a lost rank under srun: the others hang'
  grep -q 'rank 2 (.*has gone' "$dir/lost.log" && ok 'srun: the lost rank is named' || bad 'srun: the lost rank is not named'
  srun -N 2 -n 2 "$train" run --out "$dir/lost" --resume --minutes 0.05 --steps 100000 > "$dir/resume.log" 2>&1 &&
    ok 'srun: goes on with two processes after the loss of one of four' || bad 'srun: does not resume'
else
  skip 'srun (packages slurm-wlm, munge; wants root)'
fi

# pair OUT ...: starts two processes that save now and then, and waits for their first checkpoint.
pair() {
  local port=29$((RANDOM % 900 + 100)) rank
  for rank in 0 1; do
    RANK=$rank WORLD_SIZE=2 LOCAL_RANK=$rank LOCAL_WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$train" "${settings[@]}" --steps 100000 --out "$@" > "$dir/pair-$rank.log" 2>&1 & pids[rank]=$!
  done
  for _ in $(seq 600); do [ -e "$1/checkpoints/step-10.state" ] && break; sleep 0.2; done
}
# pair_ends WHAT: both do, in time.
pair_ends() {
  local rank
  for rank in 0 1; do
    timeout 90 tail --pid=${pids[rank]} -f /dev/null || { bad "$1: rank $rank hangs"; kill -9 ${pids[rank]}; }
  done
}

# --- A partition: two processes that cannot hear each other any more
if [ "$(id -u)" = 0 ] && command -v iptables > /dev/null; then
  pair "$dir/cut" --patience 10
  # Everything between the two: their connections on loopback, of any port they hold.
  rules=()
  for local in $(ss -Htnp state established | grep "pid=${pids[1]}," | awk '{print $3}' | sed 's/.*://'); do rules+=("$local"); done
  for p in "${rules[@]}"; do iptables -I INPUT -i lo -p tcp --dport "$p" -j DROP; iptables -I INPUT -i lo -p tcp --sport "$p" -j DROP; done
  pair_ends partition
  for p in "${rules[@]}"; do iptables -D INPUT -i lo -p tcp --dport "$p" -j DROP; iptables -D INPUT -i lo -p tcp --sport "$p" -j DROP; done
  grep -q 'rank 1 (.*silent' "$dir/pair-0.log" && grep -q 'rank 0' "$dir/pair-1.log" &&
    ok 'partition: both sides end and name each other' || bad 'partition: who is lost is not named'
else
  skip 'partition (wants root and iptables)'
fi

# --- A disk that fills
mkdir "$dir/disk"
if mount -t tmpfs -o size=4m none "$dir/disk" 2> /dev/null; then
  pair "$dir/disk/run"
  dd if=/dev/zero of="$dir/disk/filler" bs=4096 2> /dev/null
  pair_ends 'a full disk'
  grep -q 'No space left on device' "$dir/pair-0.log" && grep -q 'rank 0 (.*No space left on device' "$dir/pair-1.log" &&
    ok 'a full disk: both end and say so' || bad 'a full disk: it is not said'
  rm "$dir/disk/filler"
  "$train" run --out "$dir/disk/run" --resume --processes 2 --minutes 0.05 > "$dir/disk.log" 2>&1 &&
    ok 'a full disk: the run goes on from its last checkpoint' || bad 'a full disk: does not resume'
  umount "$dir/disk"
else
  skip 'a full disk (may not mount a small file system)'
fi
exit $failed
