# Completion of vcnrules for fish.

set -l commands report lint check explain help
set -l report '__fish_seen_subcommand_from report'
set -l lint '__fish_seen_subcommand_from lint'
set -l check '__fish_seen_subcommand_from check'
set -l explain '__fish_seen_subcommand_from explain'
set -l chosen '__fish_seen_subcommand_from report lint check'
set -l time '__fish_seen_subcommand_from report check'
set -l any '__fish_seen_subcommand_from report lint check explain'
set -l none "not __fish_seen_subcommand_from $commands"

complete -c vcnrules -f -n "$none" -a report -d 'Who uses which rule'
complete -c vcnrules -f -n "$none" -a lint -d 'Rules that need not be there'
complete -c vcnrules -f -n "$none" -a check -d 'What other rules would break'
complete -c vcnrules -f -n "$none" -a explain -d 'Whether a packet may pass'
complete -c vcnrules -f -n "$none" -a help -d 'Write the options of a command'
complete -c vcnrules -f -n '__fish_seen_subcommand_from help' -a 'report lint check explain'
complete -c vcnrules -f -n "$lint"
complete -c vcnrules -f -n "$explain" -a 'ingress egress tcp udp icmp icmpv6'

complete -c vcnrules -s h -l help -d 'Write a summary'
complete -c vcnrules -s V -l version -d 'Write the version'
complete -c vcnrules -n "$any" -s m -l metadata -r -F -d 'The lookup file'
complete -c vcnrules -n "$any" -l format -x -a 'table ndjson csv markdown' -d 'Of the output'
complete -c vcnrules -n "$any" -s o -l output -r -F -d 'Write a file'
complete -c vcnrules -n "$any" -s q -l quiet -d 'No warnings'
complete -c vcnrules -n "$chosen; or $explain" -l subnet -x -d 'The subnet'
complete -c vcnrules -n "$chosen" -l list -x -d 'Only this security list'
complete -c vcnrules -n "$chosen" -l nsg -x -d 'Only this network security group'

complete -c vcnrules -n "$time" -s s -l since -x -d 'Had not ended by then'
complete -c vcnrules -n "$time" -s u -l until -x -d 'Had begun by then'
complete -c vcnrules -n "$report" -l min-window -x -d 'Days or hours of evidence, default 35d'
complete -c vcnrules -n "$report" -l min-packets -x -d 'Fewer make a weak peer, default 20'
complete -c vcnrules -n "$check" -l against -r -F -d 'A proposal, or JSON of security lists'
complete -c vcnrules -n "$check" -l nsg-rules -x -d 'OCID=FILE, the rules of a group'
complete -c vcnrules -n "$check" -l allow-breaks -d 'Exit status 0 although something breaks'
complete -c vcnrules -n "$lint" -l across -d 'All lists of a subnet together'
complete -c vcnrules -n "$lint" -l strict -d 'Exit status 6 if anything is found'
complete -c vcnrules -n "$explain" -l vnic -x -d 'The VNIC, whose groups count too'
