# Sourced by .ci/run: what the checks need of the machine. Uses its $work and problem().

OFFICIAL_IMAGE=docker.elastic.co/elasticsearch/elasticsearch:9.5.3
REGISTRY_SECONDS=10
DOCKERD_SECONDS=60
dockerd_job=

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

docker_answers() { docker info >/dev/null 2>&1; }

# A JDK of version 21 or newer, as tooling/engines/java.ts looks for it.
has_jdk() {
  local home version
  for home in "${ES_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(readlink -f "$(command -v javac)" | sed 's|/bin/javac$||')" /usr/lib/jvm/*; do
    [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null)
    [ "${version:-0}" -ge 21 ] && return 0
  done
  return 1
}

missing_packages() {
  docker_answers || command -v dockerd >/dev/null || echo docker.io containerd runc iptables
  command -v busybox >/dev/null || echo busybox-static
  command -v mvn >/dev/null || echo maven
  python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
  has_jdk || apt-cache pkgnames openjdk- | grep -E '^openjdk-(2[1-9]|[3-9][0-9])-jdk-headless$' | sort -V | tail -1
}

install_missing() {
  if [ -n "$(missing_packages)" ] && command -v apt-get >/dev/null; then
    as_root apt-get update -qq
    echo "ci: installing" $(missing_packages)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(missing_packages) \
      >"$work/apt" 2>&1 || { problem "apt-get install failed"; tail -20 "$work/apt" >&2; }
  fi
  has_jdk || problem "no JDK 21 or newer, and none to install: install one, or set JAVA_HOME"
}

start_docker() {
  docker_answers && return
  echo "ci: starting dockerd"
  as_root dockerd --pidfile "$work/dockerd.pid" >"$work/dockerd" 2>&1 &
  dockerd_job=$!
  for _ in $(seq $DOCKERD_SECONDS); do
    docker_answers && return
    sleep 1
  done
  problem "dockerd did not start"
  tail -20 "$work/dockerd" >&2
}

# The official image where it can be had, else the one built here.
choose_image() {
  [ -z "${SLUICE_TEST_ES_IMAGE:-}" ] || return
  if docker image inspect "$OFFICIAL_IMAGE" >/dev/null 2>&1 || pull_official; then
    SLUICE_TEST_ES_IMAGE=$OFFICIAL_IMAGE
  else
    echo "ci: building an Elasticsearch image, since the official one can't be pulled"
    SLUICE_TEST_ES_IMAGE=$(pnpm -s exec node tooling/engines/elasticsearch-image.ts | tail -1)
  fi
  [ -n "$SLUICE_TEST_ES_IMAGE" ] || problem "no Elasticsearch image"
  export SLUICE_TEST_ES_IMAGE
}

# Asks the registry before it pulls, so that a machine without it loses seconds only.
pull_official() {
  timeout $REGISTRY_SECONDS docker manifest inspect "$OFFICIAL_IMAGE" >/dev/null 2>&1 && docker pull -q "$OFFICIAL_IMAGE"
}

clean_up() {
  docker_answers && docker ps -aq --filter "label=sluice.run=$SLUICE_TEST_RUN" | xargs -r docker rm -f >/dev/null
  [ -n "$dockerd_job" ] || return 0
  [ ! -f "$work/dockerd.pid" ] || as_root kill "$(cat "$work/dockerd.pid")"
  wait "$dockerd_job" 2>/dev/null
}
