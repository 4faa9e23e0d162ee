# Completions of PROGRAM for Bash.
_PROGRAM_complete() {
    local rest="${COMP_LINE:0:COMP_POINT}" words=() blank part i
    # Bash parts words at colons and the like; what no blank parts is one word.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank="${rest%%[![:space:]]*}"
        rest="${rest#"$blank"}"
        part="${COMP_WORDS[i]}"
        ((i == COMP_CWORD)) && part="$rest"
        if ((i > 0)) && [[ -z $blank && -n $part ]]; then
            words[${#words[@]} - 1]+="$part"
        else
            words+=("$part")
        fi
        rest="${rest#"$part"}"
    done
    local last=$((${#words[@]} - 1)) quote="" word
    word="${words[last]}"
    case "$word" in
        \"* | \'*)
            quote="${word:0:1}"
            word="${word:1}"
            ;;
        *) word="${word//\\/}" ;;
    esac
    words[last]="$word"
    # What is before the last such mark stays as it is typed.
    local kept="" mark before
    if [[ -z $quote ]]; then
        for mark in : = @; do
            if [[ $COMP_WORDBREAKS == *"$mark"* && $word == *"$mark"* ]]; then
                before="${word%"$mark"*}$mark"
                ((${#before} > ${#kept})) && kept="$before"
            fi
        done
    fi
    COMPREPLY=()
    local candidate
    while IFS= read -r candidate; do
        candidate="${candidate#"$kept"}"
        [[ -z $quote ]] && printf -v candidate '%q' "$candidate"
        COMPREPLY+=("$candidate")
    done < <(VARIABLE=bash _IMR_PLACE="$last" PROGRAM -- "${words[@]}" 2>/dev/null)
    # A field and a folder go on; anything else is whole.
    if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} != *[:=/] ]]; then
        COMPREPLY[0]+="$quote "
    fi
}
complete -o nospace -F _PROGRAM_complete PROGRAM
