# fish completion for obstrace. Printed by: obstrace --generate fish

# Runs the obstrace that the line names.
function __obstrace_run
    set -l words (commandline -opc)
    $words[1] $argv 2>/dev/null
end

# Prints the words before the cursor that are neither flags nor values of flags.
function __obstrace_operands
    set -l is_value false
    for word in (commandline -opc)[2..]
        if $is_value
            set is_value false
        else if contains -- $word -f --format -o --output --by -i --interval -n --rows --keys --linear --where --on --cancel --max-age --max-waiting --count --slower -d --duration --until --expect --forbid -p --pid -t --tid --cgroup --container --comm -u --user -C --cpu --run-as -m --buffer -w --write --max-size --rotate --to -r --read --field --type --rate --color
            set is_value true
        else if not string match -q -- '-*' $word
            echo -- $word
        end
    end
end

# Tells whether the cursor is in the command after '--'.
function __obstrace_in_command
    contains -- -- (commandline -opc)
end

# Tells whether the cursor is where a subcommand can stand.
function __obstrace_first
    not __obstrace_in_command
    and test (count (__obstrace_operands)) -eq 0
end

# Tells whether one of the subcommands in the arguments is typed; trace if there is none.
function __obstrace_is
    __obstrace_in_command
    and return 1
    set -l operands (__obstrace_operands)
    contains -- "$operands[1]" trace count hist top info convert syscalls list pair help
    or set operands[1] trace
    contains -- $operands[1] $argv
end

# Prints subsystems, and after a colon the events of one.
function __obstrace_events
    set -l token (commandline -ct | string trim -l -c \'\")
    set -l mark (string match -r '^!' -- $token)
    set token (string replace -r '^!' '' -- $token)
    string match -qr '[*?[]' -- $token
    and return
    if string match -q '*:*' -- $token
        __obstrace_run list "$token*" | string replace -r '^' "$mark"
    else
        __obstrace_run list "$token*:*" | string replace -r '^(.*?:).*' "$mark\$1" | sort -u
    end
end

# Prints templates that go on with the fields of the events typed so far, after the last '<'.
function __obstrace_template
    set -l token (commandline -ct | string replace -r '^(--format=|-f)' '' | string trim -l -c \'\")
    set -l parts (string match -r '^(.*<(?:[^:?>]*\|)?)([.@]?)([^:?>|<]*)$' -- $token)
    or return
    # fish would match what was typed with descriptions too.
    if test "$parts[3]" != @
        set -l events (string match -- '*:*' (__obstrace_operands))
        for name in (__obstrace_run --generate fields $events | string match -e -- "$parts[4]")
            printf '%s>\tfield\n' $parts[2]$parts[3]$name
        end
    end
    if test "$parts[3]" != .
        for name in (string match -e -- "$parts[4]" time elapsed delta wall cpu pid tid comm ppid uid user exe cmdline cgroup container event subsystem name n late fields print stack ustack)
            printf '%s>\tcontext value\n' $parts[2]$parts[3]$name
        end
    end
end

# Completes the command after '--' as if it stood alone.
function __obstrace_command
    set -l words (commandline -opc) (commandline -ct)
    set -l dashes (contains -i -- -- $words)
    complete -C (string join ' ' -- (string escape -- $words[(math $dashes + 1)..-2]) "$words[-1]")
end

complete -c obstrace -f
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a trace -d 'print a line per event; it is the default and may be left out'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a count -d 'count events, in the kernel or by any of their values'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a hist -d 'show how a number in events is distributed'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a top -d 'show the most frequent events or values, refreshed'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a info -d 'tell what is in a recording'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a convert -d 'turn a recording into a file of another viewer'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a syscalls -d 'print a line per system call, or a table of them'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a list -d 'list and search the tracepoints of this kernel'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a pair -d 'match two events, print the time between them'
complete -c obstrace -n '__obstrace_first; or __obstrace_is help' -a help -d 'explain a subcommand'
complete -c obstrace -n '__obstrace_is trace list' -a '(__obstrace_events)'
complete -c obstrace -n '__obstrace_is info' -F
complete -c obstrace -n __obstrace_in_command -a '(__obstrace_command)'
complete -c obstrace -n '__obstrace_is trace' -s f -l format -x -a '(__obstrace_template)' -d 'print events by TEMPLATE: \'<pid> <filename>\''
complete -c obstrace -n '__obstrace_is trace pair count hist top' -l json -f -a 'strings numbers strings,numbers' -d 'print a JSON object per event'
complete -c obstrace -n '__obstrace_is trace pair count top' -l csv -f -a 'numbers' -d 'print values with commas between them'
complete -c obstrace -n '__obstrace_is trace pair count top' -l tsv -f -a 'numbers' -d 'print values with tabs between them'
complete -c obstrace -n '__obstrace_is trace pair count top' -l logfmt -f -a 'numbers' -d 'print values as name=value'
complete -c obstrace -n '__obstrace_is trace' -l stacks -f -a 'kernel user kernel,user' -d 'print the functions that led to each event'
complete -c obstrace -n '__obstrace_is trace count hist top' -l dwarf -f -a '4K 8K 16K 32K' -d 'find a program\'s functions without frame pointers'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s o -l output -r -F -d 'write lines into FILE, - is stdout'
complete -c obstrace -n '__obstrace_is count hist top pair' -l by -x -d 'count apart by values: comm,prev_state'
complete -c obstrace -n '__obstrace_is count hist top pair' -s i -l interval -x -d 'show what came in each TIME: 1s'
complete -c obstrace -n '__obstrace_is count hist top' -s n -l rows -x -d 'show the N most frequent only'
complete -c obstrace -n '__obstrace_is count hist top pair' -l keys -x -d 'keep at most N keys apart'
complete -c obstrace -n '__obstrace_is count' -l per-cpu -d 'count each CPU apart'
complete -c obstrace -n '__obstrace_is count' -l folded -d 'print a;b;c COUNT for flame graphs'
complete -c obstrace -n '__obstrace_is hist pair' -l linear -x -d 'buckets of STEP each'
complete -c obstrace -n '__obstrace_is hist pair' -l log10 -d 'buckets by powers of ten'
complete -c obstrace -n '__obstrace_is trace syscalls count hist top' -l where -x -d 'only events that fulfil EXPR: \'pid == 1\''
complete -c obstrace -n '__obstrace_is trace syscalls count hist top' -l no-pushdown -d 'test filters in obstrace alone, not in the kernel'
complete -c obstrace -n '__obstrace_is pair' -l on -x -d 'the fields that both have: dev,sector or pid=prev_pid'
complete -c obstrace -n '__obstrace_is pair' -l where -x -d 'only pairs that fulfil EXPR: \'latency > 5ms\''
complete -c obstrace -n '__obstrace_is pair' -l hist -f -a 'latency' -d 'show a histogram of latencies in place of pairs'
complete -c obstrace -n '__obstrace_is pair' -l cancel -x -d 'an END forgets the START that has these values'
complete -c obstrace -n '__obstrace_is pair' -l max-age -x -d 'forget a START after TIME: 10s'
complete -c obstrace -n '__obstrace_is pair' -l max-waiting -x -d 'keep at most N STARTs that wait; 65536 unless told'
complete -c obstrace -n '__obstrace_is pair' -s f -l format -x -a '(__obstrace_template)' -d 'print pairs by TEMPLATE: \'<latency:t> <start.dev>\''
complete -c obstrace -n '__obstrace_is syscalls' -s c -l summary -d 'a table of calls, errors and times at the end'
complete -c obstrace -n '__obstrace_is syscalls' -s n -l count -x -d 'stop after N lines'
complete -c obstrace -n '__obstrace_is syscalls' -l failed -d 'only calls that failed'
complete -c obstrace -n '__obstrace_is syscalls' -l slower -x -d 'only calls that took TIME or more: 1ms'
complete -c obstrace -n '__obstrace_is syscalls' -l json -d 'print a JSON object per call, or per row of the table'
complete -c obstrace -n '__obstrace_is trace pair' -s n -l count -x -d 'stop after N lines'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s d -l duration -x -d 'stop after TIME: 5s, 500ms, 1.5m'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l until -x -d 'stop after the first event that fulfils EXPR'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l expect -x -d 'exit with status 5 unless an event fulfils EXPR'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l forbid -x -d 'stop with status 5 once an event fulfils EXPR'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s p -l pid -x -a '(__fish_append , (__fish_complete_pids))' -d 'only these processes and what they start'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s t -l tid -x -d 'only these threads and what they start'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l cgroup -r -F -d 'only what runs in the cgroup PATH or below it'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l container -x -d 'only what runs in the container whose id or name starts with ID'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l comm -x -d 'only tasks whose name matches GLOB: \'nginx*\''
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s u -l user -x -a '(__fish_append , (__fish_complete_users))' -d 'only processes of these users'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s C -l cpu -x -d 'only these CPUs: 0-3,5'
complete -c obstrace -n '__obstrace_is trace' -l run-as -x -a '(__fish_append , (__fish_complete_users))' -d 'run COMMAND as USER, in place of root'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l all-processes -d 'leave out nothing, not even obstrace itself'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s m -l buffer -x -d 'buffer SIZE for each CPU: 512K, 4M'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -l strict -d 'exit with status 4 if events were lost'
complete -c obstrace -n '__obstrace_is trace syscalls' -s w -l write -r -F -d 'record into FILE for -r or perf'
complete -c obstrace -n '__obstrace_is trace syscalls' -l max-size -x -d 'stop when FILE has SIZE: 100M, 1G'
complete -c obstrace -n '__obstrace_is trace syscalls' -l rotate -x -d 'keep the newest N files of --max-size'
complete -c obstrace -n '__obstrace_is convert' -l to -x -a 'chrome svg trace-cmd perfetto' -d 'chrome, svg, trace-cmd or perfetto, where OUT does not tell'
complete -c obstrace -n '__obstrace_is trace count hist pair syscalls' -s r -l read -r -F -d 'read events from the recording FILE'
complete -c obstrace -n '__obstrace_is list' -l field -x -d 'only events with a field named like GLOB'
complete -c obstrace -n '__obstrace_is list' -l type -x -d 'only events with a field of a type like GLOB'
complete -c obstrace -n '__obstrace_is list' -l rate -x -d 'count for TIME, and list the busiest: 2s'
complete -c obstrace -n '__obstrace_is list' -s v -l verbose -d 'show fields and types, and a template to start from'
complete -c obstrace -n '__obstrace_is list' -l json -d 'print JSON: an object per event and line'
complete -c obstrace -n '__obstrace_is trace syscalls count hist top' -l explain -d 'say what would be traced and how, trace nothing'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s q -l quiet -d 'no notes on stderr, only errors and losses'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls' -s v -l verbose -d 'say more on stderr: events traced and lost'
complete -c obstrace -n '__obstrace_is trace pair count hist top syscalls list' -l color -x -a 'auto always never' -d 'colour the output: auto, always or never'
complete -c obstrace -n '__obstrace_is trace count hist top info convert syscalls list pair help' -s h -l help -d 'this help; --help explains everything'
complete -c obstrace -n '__obstrace_is trace count hist top info convert syscalls list pair help' -l version -d 'print the version'
