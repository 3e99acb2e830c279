# The table: a heading, and rows whose last columns say what was aimed at and whether it is met.

TableHead() {
  printf '\n%-44s %10s %10s %10s %8s  %s\n' "$1" "${2:-}" "${3:-}" "${4:-}" "${5:-ratio}" "${6:-aim}"
}

# Row WHAT FIGURE FIGURE FIGURE RATIO [LIMIT]: LIMIT is "<= 1.3" and the like; "-" stands for nothing.
Row() {
  local aim=
  [[ -z ${6:-} ]] || aim="$6: $(Meets "$5" "$6")"
  printf '%-44s %10s %10s %10s %8s  %s\n' "$1" "$(Shown "$2")" "$(Shown "$3")" "$(Shown "$4")" \
    "$([[ $5 == - ]] || printf '%.2f' "$5")" "$aim"
}

# Few digits are enough.
Shown() {
  [[ $1 == - ]] || awk -v value="$1" 'BEGIN {printf(value < 100 ? "%.1f" : "%.0f", value)}'
}

Meets() {
  awk -v value="$1" -v limit="${2#* }" -v relation="${2%% *}" 'BEGIN {
    met = relation == "<=" ? value <= limit : relation == "<" ? value < limit : value >= limit
    print met ? "met" : "not met"
  }'
}

# Calculate EXPRESSION: "(3 + 4) / 2"
Calculate() {
  awk "BEGIN {print ($1)}"
}

Median() {
  sort -g "$1" | awk '{value[NR] = $1} END {print value[int((NR + 1) / 2)]}'
}
