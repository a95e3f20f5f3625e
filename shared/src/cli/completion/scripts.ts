/**
 * The completion scripts of the shells. Each asks `slipway __complete WORD…` for the candidates of the last word: one a
 * line, a tab, its description; the line ":files" asks the shell to complete file names.
 */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const bash = `# slipway completion for bash. Load it with:  source <(slipway completion bash)
_slipway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      compopt -o default
    else
      line="\${line%%$'\\t'*}"
      [[ "$line" == "$current"* ]] && COMPREPLY+=("$line")
    fi
  done < <(slipway __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _slipway slipway
`;

const zsh = `#compdef slipway
# slipway completion for zsh. Load it with:  source <(slipway completion zsh)
_slipway() {
  local line
  local -a candidates
  local files=0
  while IFS= read -r line; do
    if [[ "$line" == ":files" ]]; then
      files=1
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(slipway __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe 'slipway' candidates
  (( files )) && _files
}
compdef _slipway slipway
`;

const fish = `# slipway completion for fish. Load it with:  slipway completion fish | source
function __slipway_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (slipway __complete $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c slipway -f -a '(__slipway_complete)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
