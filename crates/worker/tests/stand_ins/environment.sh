#!/bin/sh
# Ends with the number of variables that it was given (the shell itself sets PWD).
exit "$(env | grep -vc "^PWD=")"
