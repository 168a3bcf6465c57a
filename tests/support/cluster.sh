#!/usr/bin/env bash
# A throw-away PostgreSQL server in a folder of its own under /tmp, reached through a Unix socket only, without durability: for tests, demo and bench.
#
# Sourced:   start_cluster [SETTING=VALUE…]   starts one and sets cluster_connection to "host=… port=… user=postgres"
#            cluster_url DATABASE             prints the URL of one of its databases
#            stop_cluster                     stops and removes it (the caller puts it into its EXIT trap)
# Executed:  cluster.sh serve [SETTING=VALUE…]  prints that connection, serves until its standard input ends, then stops and removes.
#
# start_cluster is `serve` as a coprocess. The server's life hangs on a pipe from the process that asked for it, so it also ends when that
# process is killed with -9. PostgreSQL refuses to run as root; root runs it as the user postgres, which the package creates.

cluster_script=${BASH_SOURCE[0]}
cluster_connection=
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
  local answer
  # A session of its own: Ctrl-C at the terminal must end the caller, whose trap then stops the server in order.
  coproc cluster_server { exec setsid bash "$cluster_script" serve "$@"; }
  # shellcheck disable=SC2154  # coproc sets it
  cluster_pid=$cluster_server_PID
  if ! read -r answer <&"${cluster_server[0]}"; then
    wait "$cluster_pid" || true
    cluster_pid=
    echo "No PostgreSQL server could be started; the reason stands above." >&2
    return 1
  fi
  cluster_connection=$answer
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

remove_cluster() {
  trap - EXIT
  trap '' HUP INT TERM
  if [[ -s $cluster_folder/data/postmaster.pid ]]; then
    as_server_user "$programs/pg_ctl" stop --silent --mode=immediate -D "$cluster_folder/data" >/dev/null || true
  fi
  rm -rf "$cluster_folder"
}

serve_cluster() {
  local setting settings=()
  programs=$(postgres_programs)
  # Not TMPDIR: a socket's path may have 107 bytes only, and the user postgres must be able to reach it.
  cluster_folder=$(mktemp -d /tmp/db-transfer.XXXXXX)
  trap remove_cluster EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if [[ $(id -u) -eq 0 ]]; then
    chown postgres "$cluster_folder"
  fi
  cd "$cluster_folder"

  for setting in fsync=off synchronous_commit=off full_page_writes=off listen_addresses= \
    "unix_socket_directories=$cluster_folder" port=5432 "$@"; do
    settings+=(-c "'$setting'")
  done
  if ! as_server_user "$programs/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >log 2>&1 ||
    ! as_server_user "$programs/pg_ctl" start --silent --wait -D data -l server.log -o "${settings[*]}" >>log 2>&1; then
    tail -n 20 log server.log >&2 2>/dev/null || true
    return 1
  fi
  echo "host=$cluster_folder port=5432 user=postgres"
  cat >/dev/null
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  if [[ ${1:-} != serve ]]; then
    echo "Usage: cluster.sh serve [SETTING=VALUE...]" >&2
    exit 2
  fi
  serve_cluster "${@:2}"
fi
