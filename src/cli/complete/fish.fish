# Completions of PROGRAM for Fish.
function _PROGRAM_complete
    # The word at the cursor is told as typed, since Fish takes no quotation mark off that is still open.
    VARIABLE=fish command PROGRAM -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
end
complete --keep-order --exclusive --command PROGRAM --arguments "(_PROGRAM_complete)"
