#!/bin/sh
# Writes plain text.
printf 'she takes metformin'; exec sleep 60
