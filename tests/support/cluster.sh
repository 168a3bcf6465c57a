#!/usr/bin/env bash
# Throw-away PostgreSQL servers in a folder of their own under /tmp, reached through Unix sockets only, without durability: for tests, demo and
# bench. One server; several, of whichever versions, when their programs are named.
#
# Sourced:   start_cluster [--programs FOLDER]… [SETTING=VALUE…]
#                                 starts one for each FOLDER (of initdb, pg_ctl and postgres), without any the newest that is installed, and sets
#                                 cluster_connections to "host=… port=… user=postgres" of each, cluster_connection to the first
#            cluster_url DATABASE prints the URL of one of the first one's databases
#            stop_cluster         stops and removes them (the caller puts it into its EXIT trap)
# Executed:  cluster.sh serve [--programs FOLDER]… [SETTING=VALUE…]
#                                 prints those connections, one a line, serves until its standard input ends, then stops and removes.
#
# start_cluster is `serve` as a coprocess. The servers' life hangs on a pipe from the process that asked for them, so they also end when that
# process is killed with -9. PostgreSQL refuses to run as root; root runs it as the user postgres, which the package creates.

cluster_script=${BASH_SOURCE[0]}
cluster_connection=
cluster_connections=()
cluster_pid=

# The folder of initdb, pg_ctl and postgres: the newest that Debian's packages brought, else where pg_config points.
postgres_programs() {
  local newest
  newest=$(find /usr/lib/postgresql/*/bin -name initdb 2>/dev/null | sort --version-sort | tail -n 1)
  if [[ -n $newest ]]; then
    dirname "$newest"
  else
    pg_config --bindir
  fi
}

start_cluster() {
  local answer count=0 argument
  for argument in "$@"; do
    if [[ $argument == --programs ]]; then
      count=$((count + 1))
    fi
  done
  # A session of its own: Ctrl-C at the terminal must end the caller, whose trap then stops the servers in order.
  coproc cluster_server { exec setsid bash "$cluster_script" serve "$@"; }
  # shellcheck disable=SC2154  # coproc sets it
  cluster_pid=$cluster_server_PID
  cluster_connections=()
  while ((${#cluster_connections[@]} < (count > 0 ? count : 1))); do
    if ! read -r answer <&"${cluster_server[0]}"; then
      wait "$cluster_pid" || true
      cluster_pid=
      echo "No PostgreSQL server could be started; the reason stands above." >&2
      return 1
    fi
    cluster_connections+=("$answer")
  done
  cluster_connection=${cluster_connections[0]}
}

stop_cluster() {
  [[ -n $cluster_pid ]] || return 0
  local hold=${cluster_server[1]:-}
  if [[ -n $hold ]]; then
    exec {hold}>&-
  fi
  wait "$cluster_pid" 2>/dev/null || true
  cluster_pid=
  cluster_connection=
  cluster_connections=()
}

cluster_url() {
  local host=${cluster_connection#host=}
  echo "postgresql://postgres@/$1?host=${host%% *}&port=5432"
}

# Everything below runs in the serving process only.

as_server_user() {
  if [[ $(id -u) -eq 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
  else
    "$@"
  fi
}

remove_clusters() {
  local data
  trap - EXIT
  trap '' HUP INT TERM
  for data in "$clusters_folder"/*/data; do
    if [[ -s $data/postmaster.pid ]]; then
      as_server_user "$(<"$data/../programs")/pg_ctl" stop --silent --mode=immediate -D "$data" >/dev/null || true
    fi
  done
  rm -rf "$clusters_folder"
}

# serve_cluster FOLDER PROGRAMS [SETTING=VALUE…]: one server in a new FOLDER.
serve_cluster() {
  local folder=$1 programs=$2 port=5432 setting settings=()
  as_server_user mkdir "$folder"
  cd "$folder"
  echo "$programs" >programs
  for setting in fsync=off synchronous_commit=off full_page_writes=off listen_addresses= max_prepared_transactions=4 \
    "unix_socket_directories=$folder" port=5432 "${@:3}"; do
    settings+=(-c "'$setting'")
    if [[ $setting == port=* ]]; then
      port=${setting#port=}
    fi
  done
  if ! as_server_user "$programs/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >log 2>&1 ||
    ! as_server_user "$programs/pg_ctl" start --silent --wait -D data -l server.log -o "${settings[*]}" >>log 2>&1; then
    tail -n 20 log server.log >&2 2>/dev/null || true
    return 1
  fi
  echo "host=$folder port=$port user=postgres"
}

serve() {
  local folders=() number=0 folder
  while [[ ${1:-} == --programs ]]; do
    folders+=("${2:?--programs needs a folder}")
    shift 2
  done
  if ((${#folders[@]} == 0)); then
    folders=("$(postgres_programs)")
  fi
  # Not TMPDIR: a socket's path may have 107 bytes only, and the user postgres must be able to reach it.
  clusters_folder=$(mktemp -d /tmp/db-transfer.XXXXXX)
  trap remove_clusters EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [[ $(id -u) -eq 0 ]]; then
    chown postgres "$clusters_folder"
  fi
  for folder in "${folders[@]}"; do
    number=$((number + 1))
    serve_cluster "$clusters_folder/$number" "$folder" "$@"
  done
  cat >/dev/null
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  if [[ ${1:-} != serve ]]; then
    echo "Usage: cluster.sh serve [--programs FOLDER]... [SETTING=VALUE...]" >&2
    exit 2
  fi
  serve "${@:2}"
fi
