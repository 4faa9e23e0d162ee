#compdef PROGRAM
# Completions of PROGRAM for Zsh. Lines of the answer are a value, and behind a tab what it means.
_PROGRAM_complete() {
    # What is inserted takes the place of the whole word, which PROGRAM knows as typed: quoted or not, and in any case.
    local word="${words[CURRENT]}"
    [[ -n "$SUFFIX" ]] && word="${word%"$SUFFIX"}"
    local -a lines values shown going_on going_on_shown
    lines=("${(@f)$(VARIABLE=zsh command PROGRAM -- "${(@)words[1,CURRENT-1]}" "$word" 2>/dev/null)}")
    local line value
    for line in "${lines[@]}"; do
        [[ -z "$line" ]] && continue
        value="${line%%$'\t'*}"
        if [[ "$value" == *: ]]; then
            going_on+=("$value")
            going_on_shown+=("${line/$'\t'/  -- }")
        else
            values+=("$value")
            shown+=("${line/$'\t'/  -- }")
        fi
    done
    (( $#values )) && compadd -U -V values -d shown -- "${values[@]}"
    # Behind a field stands its value, without a blank.
    (( $#going_on )) && compadd -U -V fields -S '' -d going_on_shown -- "${going_on[@]}"
    (( $#values + $#going_on ))
}
compdef _PROGRAM_complete PROGRAM
