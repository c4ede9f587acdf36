#!/bin/bash
# Tries a newcomer's two commands in a Debian 12 that has nothing but git and make.
#
#   tests/fresh/run.sh [--user] [--keep] [TARGET]...
#
# Makes a system by debootstrap, clones the commit checked out here into it, and runs there the targets of the Makefile,
# twice: `run` until /healthz answers, others to their end; `run test` if none is given. All of it as root or, with
# --user, as a user with sudo. Packages come from where this machine's apt gets them. Needs root, and about 3 GB below
# ROSTRA_FRESH_DIR (/var/tmp). --keep leaves the system there.
set -euo pipefail

top=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
suite=bookworm
limit=1500              # seconds from `make run` to the first answer
user=root
home=/root
keep=no

fail() {
    echo "fresh: $*" >&2
    exit 1
}

# Where this machine's apt gets the suite from.
mirror() {
    local found
    # shellcheck disable=SC2016 # apt's variables, not the shell's
    found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | sed -n 1p)
    [ -n "$found" ] || fail "apt knows no source of $suite; is this Debian 12, and was apt-get update run?"
    echo "$found"
}

make_system() {
    local included=git,make from
    from=$(mirror)
    [ $user = root ] || included+=,sudo
    case $from in https*) included+=,ca-certificates ;; esac
    debootstrap --variant=minbase --include=$included $suite "$root" "$from" >"$root.log" 2>&1 ||
        fail "debootstrap failed: $(tail -n 5 "$root.log")"
    rm -rf "$root/etc/apt" "$root"/var/lib/apt/lists/*
    cp -a /etc/apt "$root/etc/apt"
    cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    if [ $user != root ]; then
        chroot "$root" useradd --create-home --shell /bin/bash $user
        echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
    fi
    git clone -q "file://$top" "$root$home/rostra"
    chroot "$root" chown -R $user: $home/rostra
}

# Becomes a command in the system, in its clone, with mounts of its own that vanish with it.
enter() {
    local name settings=()
    for name in http_proxy https_proxy no_proxy; do
        [ -z "${!name:-}" ] || settings+=("$name=${!name}")
    done
    # shellcheck disable=SC2016 # expanded by the inner shell
    exec unshare --mount sh -c '
        root=$1; user=$2; home=$3; shift 3
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=$home "$@" <&3' \
        sh "$root" $user $home "${settings[@]}" \
        chroot --userspec=$user: "$root" sh -c 'cd ~/rostra && exec "$@"' sh "$@" 3</dev/null
}

free_port() {
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# make run until it answers, then a look at a resource with the password that it left, then SIGTERM.
try_run() {
    local port answer log=$root.run.log
    port=$(free_port)
    (enter make run ARGS="--listen 127.0.0.1:$port") >"$log" 2>&1 &
    local server=$!
    curl --silent --insecure --output /dev/null --fail --retry $limit --retry-max-time $limit --retry-delay 1 \
        --retry-all-errors "https://127.0.0.1:$port/healthz" &
    local asking=$!
    wait -n $server $asking || true
    if ! kill -0 $server 2>/dev/null; then
        kill $asking 2>/dev/null || true
        fail "make run ended by itself: $(tail -n 20 "$log")"
    fi
    if ! wait $asking; then
        kill $server
        fail "no answer from make run: $(tail -n 20 "$log")"
    fi
    answer=$(curl --silent --insecure --user "admin:$(cat "$root$home/rostra/var/initial-password")" \
        "https://127.0.0.1:$port/api/admin/configuration/v1/conference/" || true)
    kill $server
    wait $server || true
    case $answer in
    '{"meta"'*) echo "fresh: make run as $user answers" ;;
    *) fail "make run answers \"$answer\"" ;;
    esac
}

try() {
    local log=$root.$1.log
    if [ "$1" = run ]; then
        try_run
    else
        (enter make "$1") >"$log" 2>&1 || fail "make $1 failed: $(tail -n 40 "$log")"
        echo "fresh: make $1 as $user: $(tail -n 1 "$log")"
    fi
}

main() {
    local targets=() target start round
    while [ $# -gt 0 ]; do
        case $1 in
        --user) user=tester home=/home/tester ;;
        --keep) keep=yes ;;
        -*) fail "unknown option $1" ;;
        *) targets+=("$1") ;;
        esac
        shift
    done
    [ ${#targets[@]} -gt 0 ] || targets=(run test)
    [ "$(id -u)" = 0 ] || fail 'debootstrap and chroot need root'
    root=$(mktemp -d "${ROSTRA_FRESH_DIR:-/var/tmp}/rostra-fresh-XXXXXX")
    if [ $keep = yes ]; then
        echo "fresh: the system is kept in $root"
    else
        trap 'rm -rf --one-file-system "$root" "$root".*log' EXIT
    fi
    chmod 755 "$root"
    make_system
    for round in first second; do
        for target in "${targets[@]}"; do
            start=$SECONDS
            try "$target"
            echo "fresh: the $round time took $((SECONDS - start)) s"
        done
    done
}

main "$@"
