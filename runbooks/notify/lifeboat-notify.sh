#!/bin/sh
# Hands an event of KSYS to Lifeboat, and keeps it on disk while Lifeboat is away. Register it for each event:
#   ksysmgr add notify script=/opt/lifeboat/lifeboat-notify.sh event=HOST_FAILURE
# and let cron hand over what waits:
#   * * * * * /opt/lifeboat/lifeboat-notify.sh flush
# It takes the event from DR_EVENT, DR_TYPE, DR_TIME, DR_ENTITY, DR_RESOURCE, DR_UUID, DR_DESC, or from its arguments: event, category, entity, resource.
# Settings, here or in lifeboat-notify.conf beside it:
#   LIFEBOAT_SOURCE   address of an event source of kind json: https://lifeboat.example/api/sources/ksys
#   LIFEBOAT_HEADER   file (mode 600) with one line: Authorization: Bearer THE-TOKEN
#   LIFEBOAT_SPOOL    folder for what waits; /var/spool/lifeboat
# Exit: 0 when the event is safe, on disk or with Lifeboat; 1 when it is neither.
umask 077
here=$(dirname "$0")
[ -r "$here/lifeboat-notify.conf" ] && . "$here/lifeboat-notify.conf"
spool=${LIFEBOAT_SPOOL:-/var/spool/lifeboat}
mkdir -p "$spool/new" "$spool/refused" || { echo "lifeboat-notify: $spool cannot be written; the event is lost. Make the folder, or set LIFEBOAT_SPOOL." >&2; exit 1; }

# One line of text as the inside of a JSON string; what JSON cannot hold becomes a space.
json() { printf '%s' "$1" | tr '\000-\037\177' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }

keep() {
  event=${DR_EVENT:-$1}; category=${DR_TYPE:-$2}; class=${DR_ENTITY:-$3}; resource=${DR_RESOURCE:-$4}
  [ -n "$event" ] || { echo "lifeboat-notify: no event: call it as KSYS does, EVENT CATEGORY ENTITY RESOURCE, or with DR_EVENT set." >&2; exit 1; }
  case "$category" in *[Cc]ritical*|*[Ee]rror*) severity=critical ;; *[Ii]nfo*) severity=info ;; *) severity=warning ;; esac
  name=$(date -u +%Y%m%dT%H%M%S).$$
  # Written aside and renamed: a power cut leaves no half of one. The name is the record's id, so that Lifeboat knows it when it comes again.
  printf '{"id":"%s","name":"%s","entity":"%s","class":"%s","severity":"%s","description":"%s","at":"%s","labels":{"time":"%s","uuid":"%s"}}' \
    "$(json "$(hostname 2>/dev/null).$name")" "$(json "$event")" "$(json "${resource:-unknown}")" "$(json "$class" | tr 'A-Z' 'a-z')" "$severity" "$(json "${DR_DESC:-$event of ${resource:-unknown}}")" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(json "$DR_TIME")" "$(json "$DR_UUID")" \
    > "$spool/.$name" && mv "$spool/.$name" "$spool/new/$name" || { echo "lifeboat-notify: $event could not be kept in $spool (full disk?); it is lost." >&2; exit 1; }
}

# Oldest first; stops at the first that does not get through, so that the order holds. Two at once do no harm: Lifeboat knows what it has.
flush() {
  [ -n "$LIFEBOAT_SOURCE" ] || { echo "lifeboat-notify: LIFEBOAT_SOURCE is not set; events wait in $spool/new." >&2; return; }
  for file in "$spool"/new/*; do
    [ -f "$file" ] || continue
    status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 20 -H @"${LIFEBOAT_HEADER:-$here/lifeboat-notify.header}" -H 'content-type: application/json' --data-binary @"$file" "$LIFEBOAT_SOURCE")
    case "$status" in
      200) rm -f "$file" ;;
      400|413|422) mv "$file" "$spool/refused/" 2>/dev/null; echo "lifeboat-notify: Lifeboat cannot read $(basename "$file") ($status); it is kept in $spool/refused." >&2 ;;
      *) echo "lifeboat-notify: Lifeboat does not take events ($status); they wait in $spool/new and go with the next run." >&2; return ;;
    esac
  done
}

[ "$1" = flush ] || keep "$@"
flush
exit 0
