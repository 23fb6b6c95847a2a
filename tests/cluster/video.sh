#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipelines/cluster: one long video by a Slurm array of eight tasks on four nodes, of which one is killed and
# another loses its node and goes on writing; by GNU parallel over ssh, by Snakemake. All must give the very
# file that one process gives. Wants root, for Slurm and sshd. video.sh BUILD
set -u
source "$(dirname "$0")/cluster.sh"
need parallel openssh-server openssh-client snakemake ffmpeg util-linux
scripts=$(cd "$here/../../pipelines/cluster" && pwd)
export PATH=$build/pipelines:$PATH GST_PLUGIN_PATH=$build/gst-plugin GST_REGISTRY=$dir/registry.bin
cd "$dir" || exit 1
ffmpeg -v error -f lavfi -i testsrc2=size=96x64:rate=25:duration=60 -f lavfi -i sine=duration=60 -c:v libx264 -c:a aac clip.mp4 || exit 1

# process K: that of part K, once it is there
process() {
  local pid
  for _ in $(seq 600); do
    for pid in $(pgrep -f -- "^[^ ]*gan-enhance --segment $1/8"); do [ "/proc/$pid/cwd" -ef "$dir" ] && echo "$pid" && return; done
    sleep 0.1
  done
}
# begun OUTPUT: the first process has chosen, and frames are being encoded
begun() { for _ in $(seq 600); do [ -e "$1.partial/choices" ] && break; sleep 0.1; done; }
# kept OUTPUT: waits until the parts are done, and remembers what they chose before it is joined and gone
kept() { while [ -e "$1.partial" ]; do cp "$1.partial/choices" "$1.choices" 2> /dev/null; sleep 0.2; done; }
# same WHAT OUTPUT: it is what one process makes that chooses the same
same() {
  local words
  mapfile -t words < <(grep = "$2.choices" | grep -v '^threads=')
  [ "${words[*]}" = "${whole:-}" ] || gan-enhance clip.mp4 whole.mkv --overwrite --threads 1 -- "${words[@]}" 2> whole.log || bad 'one process'
  whole=${words[*]}
  cmp "$2" whole.mkv && ok "$1: the file of one process, $(grep -o '[0-9]* a second$' "$2.log")" || bad "$1: another file"
}

# --- Slurm
if has_slurm; then
  start_slurm
  array=$(sbatch --parsable --array=1-8 -o 'task-%a.log' "$scripts/enhance.sbatch" clip.mp4 slurm.mkv --threads 1)
  begun slurm.mkv
  kill -KILL "$(process 3)" && ok 'task 3 is killed' || bad 'there is no task 3 to kill'
  # The node of task 6: its daemons die, the task itself goes on.
  orphan=$(process 6)
  kill -STOP "$orphan"
  node=$(squeue -h -j "${array}_6" -o %N)
  kill -KILL "${node_daemon[$node]}" $(ps -o ppid= -p "$orphan")  # slurmd, slurmstepd
  requeued() { squeue -h -j "$array" -r -o '%K %T %r' | grep -q '^6 PENDING'; }
  for _ in $(seq 900); do requeued && break; sleep 0.1; done
  requeued && ok 'task 6 is queued again' || bad 'task 6 is not queued again'
  start_node "$node"
  kill -CONT "$orphan"
  for _ in $(seq 3000); do [ -z "$(squeue -h -j "$array")" ] && break; sleep 0.1; done
  [ -z "$(squeue -h -j "$array")" ] || bad 'the array does not end'
  kept slurm.mkv &
  sbatch --wait -o slurm.mkv.log "$scripts/enhance.sbatch" clip.mp4 slurm.mkv --threads 1 > /dev/null || { cat slurm.mkv.log; bad 'the join failed'; }
  grep -q 'are missing, and made now: ' slurm.mkv.log && ok 'the join names what task 3 left' || bad 'the join does not name what task 3 left'
  same 'a Slurm array' slurm.mkv
else
  skip 'a Slurm array (packages slurm-wlm, munge; wants root)'
fi

# --- GNU parallel over ssh
if [ "$(id -u)" = 0 ] && command -v parallel sshd > /dev/null; then
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
  port=22$((RANDOM % 900 + 100))
  printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $dir/key" "AuthorizedKeysFile $dir/key.pub" 'StrictModes no' \
    'PermitRootLogin prohibit-password' "SetEnv PATH=$PATH GST_PLUGIN_PATH=$GST_PLUGIN_PATH GST_REGISTRY=$GST_REGISTRY" > sshd.conf
  printf '%s\n' 'Host a b' 'HostName 127.0.0.1' "Port $port" "IdentityFile $dir/key" 'StrictHostKeyChecking no' \
    'UserKnownHostsFile /dev/null' 'LogLevel ERROR' > ssh.conf
  "$(command -v sshd)" -D -f "$dir/sshd.conf" 2> sshd.log & daemons+=($!)
  sleep 1
  PARALLEL_SSH="ssh -F $dir/ssh.conf" HOSTS=1/a,1/b "$scripts/enhance-parallel.sh" clip.mp4 parallel.mkv --threads 1 2> parallel.mkv.log & job=$!
  begun parallel.mkv
  kept parallel.mkv &
  kill -KILL "$(process 2)" && ok 'part 2 is killed' || bad 'there is no part 2 to kill'
  wait $job || { tail -5 parallel.mkv.log; bad 'GNU parallel'; }
  same 'GNU parallel over ssh' parallel.mkv
else
  skip 'GNU parallel over ssh (packages parallel, openssh-server; wants root)'
fi

# --- Snakemake
if command -v snakemake > /dev/null; then
  snakemake -s "$scripts/Snakefile" --cores 2 --retries 3 --config input=clip.mp4 output=snake.mkv > snake.mkv.log 2>&1 & job=$!
  begun snake.mkv
  kept snake.mkv &
  kill -KILL "$(process 2)" && ok 'part 2 is killed' || bad 'there is no part 2 to kill'
  wait $job || { tail -5 snake.mkv.log; bad Snakemake; }
  same Snakemake snake.mkv
  ls snake.mkv.part-* 2> /dev/null && bad 'Snakemake leaves its marks'
else
  skip 'Snakemake (package snakemake)'
fi
exit $failed
