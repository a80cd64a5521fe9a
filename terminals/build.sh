#!/bin/sh
# Installs what the terminals are built with and builds them into dist/.
#
# Debian 12 brings Node 18, which today's Vite no longer runs on, and npm under Node 18 would also leave out the native
# parts of the bundler, because they ask for Node 20. So where the machine's Node is older than 22, a newer one is
# installed from npm first (toolchain/), and everything after that runs with it.
#
#   build.sh            install when the lock file changed, then build
#   build.sh install    only install
#   build.sh COMMAND…   install when needed, then `npm run COMMAND…`, e.g. `build.sh test`, `build.sh test:browser`
set -eu
cd "$(dirname "$0")"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 22 || process.versions.node.startsWith("20.") ? 0 : 1)'; then
    [ -x toolchain/node_modules/.bin/node ] || (cd toolchain && npm ci --no-progress)
    PATH="$PWD/toolchain/node_modules/.bin:$PATH"
    export PATH
fi
npm_cli=$(readlink -f "$(command -v npm)")

# The lock file's checksum is kept beside the packages: an unchanged lock needs no second install.
wanted=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ "$(cat node_modules/.installed 2>/dev/null || true)" != "$wanted" ]; then
    node "$npm_cli" ci --no-progress
    printf '%s\n' "$wanted" > node_modules/.installed
fi

case "${1:-build}" in
install) ;;
*) node "$npm_cli" run "${@:-build}" ;;
esac
