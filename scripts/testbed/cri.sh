# A CRI client in a few lines: protoc turns text into a request, curl carries it.

# Cri METHOD [REQUEST]: calls $CRIMUX_SOCKET (or $CRI_SOCKET); the request is in protobuf's text form.
# Prints the response in that form. On a gRPC error prints "CODE: message" and returns 1.
Cri() {
  local method=$1 request=${2:-} folder code message
  folder=$(mktemp -d "$TESTBED/call.XXXXXX")
  # The frame's header: not compressed, length in four bytes.
  Protoc encode "${method}Request" <<<"$request" >"$folder/request" || return 2
  { printf '\0'; Uint32 "$(stat -c %s "$folder/request")"; cat "$folder/request"; } >"$folder/frame"
  curl -s --http2-prior-knowledge --unix-socket "${CRI_SOCKET:-$CRIMUX_SOCKET}" \
    -H 'content-type: application/grpc' -H 'te: trailers' ${CRI_TIMEOUT:+-H "grpc-timeout: $CRI_TIMEOUT"} \
    --data-binary "@$folder/frame" -D "$folder/headers" -o "$folder/response" \
    "http://localhost/runtime.v1.$(ServiceOf "$method")/$method" || { echo "curl: $?"; return 2; }
  code=$(Header grpc-status "$folder/headers")
  if [[ $code != 0 ]]; then
    message=$(Header grpc-message "$folder/headers")
    printf '%s: %b\n' "$(CodeName "$code")" "${message//%/\\x}"
    rm -rf "$folder"
    return 1
  fi
  tail -c +6 "$folder/response" | Protoc decode "${method}Response"
  rm -rf "$folder"
}

Protoc() {
  protoc --proto_path="$TESTBED_SOURCE/proto" "--$1=runtime.v1.$2" runtime/v1/api.proto
}

ServiceOf() {
  case $1 in
    *Image | ListImages | ImageStatus | ImageFsInfo) echo ImageService ;;
    *) echo RuntimeService ;;
  esac
}

Uint32() {
  printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' \
    $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"
}

# The last value of a header; trailers come after headers.
Header() {
  sed -n "s/^$1: \(.*\)\r\$/\1/p" "$2" | tail -n 1
}

CodeName() {
  local names=(OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS
    PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED
    INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED)
  echo "${names[${1:-2}]}"
}

# Field NAME: the values of a string field in a response's text, one a line.
Field() {
  sed -n "s/^ *$1: \"\(.*\)\"\$/\1/p"
}
