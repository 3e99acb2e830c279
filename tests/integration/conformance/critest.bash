# Runs critest, and reads its reports: a file with one "STATE NAME" a spec, sorted.

# A network namespace of its own: critest's host ports are fixed, and the portmap plugin's rules end
# with the namespace. StartConformanceTestbed [CRIMUX]: with a crimuxd if a word is given.
StartConformanceTestbed() {
  TestbedCreate
  TestbedCreateNet
  WritePortMappingNetwork
  TestbedStartRegistry
  MakeConformanceImages
  CONTAINERD_CRI_OPTIONS="registry.config_path = \"$(TestbedContainerdMirrors)\"" \
    TestbedStartContainerd
  [[ -z ${1:-} ]] || TestbedStartCrimuxd
}

WritePortMappingNetwork() {
  local file=$TESTBED/cni/conf/10-crimux.conflist
  jq '.plugins += [{type: "portmap", capabilities: {portMappings: true}}]' "$file" >"$file.new"
  mv "$file.new" "$file"
}

# The whole run on containerd itself, in a testbed of its own; its report becomes FILE, and FILE.log
# says the rest. CritestDirect FILE
CritestDirect() (
  set -euo pipefail
  trap 'TestbedDestroy' EXIT
  StartConformanceTestbed
  RunCritest direct "$CONTAINERD_SOCKET"
  RerunUnexpected direct "$CONTAINERD_SOCKET" "$(Recorded known_failures)"
  cp "$TESTBED/critest/direct" "$1"
)

# RunCritest NAME SOCKET [OPTION...]: writes the report $TESTBED/critest/NAME. Failing specs are no
# error here.
RunCritest() {
  local name=$1 socket=$2 folder=$TESTBED/critest
  shift 2
  mkdir -p "$folder/tmp"
  rm -f "$folder/$name.json"
  (cd "$folder" && TMPDIR=$folder/tmp InTestbedNet timeout 600 "$CRITEST" --runtime-endpoint "unix://$socket" \
    --ginkgo.json-report "$folder/$name.json" --ginkgo.no-color --ginkgo.seed 1 \
    --config "$folder/none.yaml" "$@" >"$TESTBED/log/critest-$name" 2>&1) || true
  [[ -s $folder/$name.json ]] || { tail -n 30 "$TESTBED/log/critest-$name"; return 1; }
  ReadReport "$folder/$name.json" >"$folder/$name"
}

# Specs that were not chosen are left out; those that skip themselves are "skipped".
ReadReport() {
  jq -r '.[].SpecReports[] | select(.LeafNodeType == "It")
    | select(.State != "skipped" or (.Failure.Message // "") != "")
    | (if .State == "passed" or .State == "skipped" then .State else "failed" end) + " "
      + ((.ContainerHierarchyTexts // []) + [.LeafNodeText] | join(" "))' "$1" | LC_ALL=C sort
}

# Specs STATE REPORT: their names, sorted.
Specs() {
  sed -n "s/^$1 //p" "$2" | LC_ALL=C sort
}

# The specs of a file beside this one, sorted.
Recorded() {
  grep -v -e '^#' -e '^$' "$REPOSITORY/tests/integration/conformance/$1.txt" | LC_ALL=C sort
}

# RerunUnexpected NAME SOCKET EXPECTED: each spec that failed and is not among the expected ones once
# more, alone: only what fails twice counts.
RerunUnexpected() {
  local name=$1 socket=$2 report=$TESTBED/critest/$1 unexpected spec focus
  unexpected=$(Specs failed "$report" | LC_ALL=C comm -23 - <(cat <<<"$3"))
  while read -r spec; do
    [[ -n $spec ]] || continue
    echo "# again, alone: $spec"
    focus=$(sed 's/[][\.*^$+?(){}|/]/\\&/g' <<<"$spec")
    RunCritest again "$socket" "--ginkgo.focus=$focus"
    if [[ $(Specs passed "$TESTBED/critest/again") == "$spec" ]]; then
      SPEC=$spec awk '$0 == "failed " ENVIRON["SPEC"] {sub("failed", "passed")} {print}' "$report" \
        >"$report.new"
      mv "$report.new" "$report"
    fi
  done <<<"$unexpected"
}
