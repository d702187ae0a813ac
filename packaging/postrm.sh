#!/bin/sh
# Removing the package removes programs and nothing else. Purging it removes what holds for the whole computer as
# well: the organisation's key and document, and models. The vaults lie in the accounts' own folders, where no script
# of a package has business.
set -e
if [ "$1" = purge ]; then
    rm -rf "${DPKG_ROOT:-}/etc/inroom"
fi
