#!/bin/sh
# Its frames are of version 1, but it says that it speaks version 2.
printf '\006\000\000\000\002\000\000\003\003avx'; exec sleep 60
