#!/bin/sh
# What a worker leaves behind when it gets no memory.
echo 'memory allocation of 4096 bytes failed' >&2; kill -ABRT $$
