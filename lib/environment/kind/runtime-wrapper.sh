#!/bin/sh
# An OCI runtime in front of runc, written by Meshproof when it starts its private engine. It takes out of a
# container's specification the capabilities that this host cannot grant (runc would refuse: "unable to apply
# caps") and leaves all else to runc. It stands alone: it needs jq and runc, nothing of Meshproof.
set -eu
umask 077
missing='@MISSING@'

# Takes the missing capabilities out of the object at the JSON path $2 of the file $1.
drop() {
  new=$1.meshproof
  trap 'rm -f "$new"' EXIT
  jq -c --argjson missing "$missing" "if $2 then $2 |= map_values(if type == \"array\" then . - \$missing else . end) else . end" \
    "$1" >"$new"
  # cat keeps the owner, the mode and the inode that the engine chose.
  cat "$new" >"$1"
  rm -f "$new"
  trap - EXIT
}

# Finds the command and the file that describes its process; the arguments themselves stay as they are.
command=
file=
option=
for argument in "$@"; do
  case $option in
    --root | --log | --log-format | --criu | --rootless)
      option=
      continue
      ;;
  esac
  case $command:$option in
    create:--bundle | create:-b | run:--bundle | run:-b | exec:--process | exec:-p)
      file=$argument
      option=
      continue
      ;;
  esac
  case $command:$argument in
    create:--bundle=* | run:--bundle=* | exec:--process=*) file=${argument#*=} ;;
    :-*) ;;
    :*) command=$argument ;;
  esac
  option=$argument
done

case $command in
  create | run) drop "${file:-.}/config.json" .process.capabilities ;;
  exec) if [ -n "$file" ]; then drop "$file" .capabilities; fi ;;
esac
exec runc "$@"
