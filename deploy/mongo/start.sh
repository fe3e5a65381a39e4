#!/bin/sh
# Starts mongod as a replica-set member that asks everybody for a password; the members' common key comes from MONGO_REPLICA_KEY.
set -eu
key=/data/configdb/replica-set.key
umask 077
rm -f "$key"
printf '%s' "$MONGO_REPLICA_KEY" > "$key"
chown mongodb:mongodb "$key"
chmod 400 "$key"
exec docker-entrypoint.sh mongod --replSet sangkien --keyFile "$key" --bind_ip_all "$@"
