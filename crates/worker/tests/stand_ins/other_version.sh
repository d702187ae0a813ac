#!/bin/sh
# Speaks version 99 of the protocol.
printf '\001\000\000\000\143\000\001'; exec sleep 60
