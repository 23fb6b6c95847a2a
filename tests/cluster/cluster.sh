# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of several machines, with the build folder as their first word: a folder to work in, a Slurm of
# four nodes that are this machine.
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
dir=$(mktemp -d /tmp/gan-cluster-XXXXXX)
chmod 755 "$dir"
failed=0
daemons=()
declare -A node_daemon
end() {
  [ ${#daemons[@]} = 0 ] || { kill "${daemons[@]}"; wait "${daemons[@]}"; } 2> /dev/null
  [ $failed = 0 ] && rm -rf "$dir"
}
trap end EXIT
ok() { printf 'ok: %s\n' "$*"; }
bad() { printf 'FAILED: %s (see %s)\n' "$*" "$dir"; failed=1; }
skip() { printf 'skipped: %s\n' "$*"; }

# need PACKAGE ...: installs them and Slurm's through apt, where this user may.
need() {
  local missing=() package
  for package in slurm-wlm munge "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -q '^installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null || {
    printf 'installing through apt: %s\n' "${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null || exit 1
  }
}

has_slurm() { [ "$(id -u)" = 0 ] && command -v slurmctld munged > /dev/null; }

start_slurm() {
  local node
  sed "s|HOST|$(hostname -s)|g; s|DIR|$dir|g" "$here/slurm.conf" > "$dir/slurm.conf"
  export SLURM_CONF=$dir/slurm.conf
  mkdir -p "$dir/state" "$dir"/spool-n{1,2,3,4}
  dd if=/dev/urandom of="$dir/munge.key" bs=64 count=1 2> /dev/null && chmod 400 "$dir/munge.key"
  munged --force -F --key-file "$dir/munge.key" --socket "$dir/munge.socket" --pid-file "$dir/munged.pid" \
    --log-file "$dir/munged.log" --seed-file "$dir/munged.seed" > "$dir/munged.out" 2>&1 & daemons+=($!)
  sleep 1
  slurmctld -D -f "$SLURM_CONF" > "$dir/slurmctld.out" 2>&1 & daemons+=($!)
  for node in n1 n2 n3 n4; do start_node $node; done
  for _ in $(seq 60); do [ "$(sinfo -h -t idle -o %D 2> /dev/null)" = 4 ] && return; sleep 1; done
  sinfo
}

start_node() { slurmd -D -N "$1" -f "$SLURM_CONF" > "$dir/slurmd-$1.out" 2>&1 & daemons+=($!) node_daemon[$1]=$!; }
