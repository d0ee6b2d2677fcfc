# Completion of vcnflow for fish.

# The last element of a list that is separated by commas.
function __vcnflow_list
    set -l done (string match -r '^(?:--[a-z-]+=|-[a-z])?(.*,)' -- (commandline -ct))[2]
    for word in $argv
        echo "$done$word"
    end
end

set -l times 'now today yesterday 1h 24h 7d 30d'

complete -c vcnflow -l files-from -r -F -d 'Read further names from a file'
complete -c vcnflow -s 0 -l null -d 'These names end in NUL'
complete -c vcnflow -l name -x -d 'Which names to read in directories'
complete -c vcnflow -l framing -x -a 'ndjson json' -d 'Take every input as'
complete -c vcnflow -l max-record -x -d 'Longer records are bad'
complete -c vcnflow -s s -l since -x -a "$times" -d 'Records of this time and later'
complete -c vcnflow -s u -l until -x -a "$times" -d 'Records from before this time'
complete -c vcnflow -l time-field -x -a 'ingested event start end' -d 'Which time is compared'
complete -c vcnflow -l now -x -a "$times" -d 'What relative times count from'
complete -c vcnflow -s a -l action -x -a 'accept reject all' -d 'What became of the flow'
complete -c vcnflow -s p -l protocol -x -a '(__vcnflow_list icmp tcp udp gre esp ah icmpv6 sctp ipv4 ipv6)' -d 'Numbers or names'
complete -c vcnflow -s d -l direction -x -a '(__vcnflow_list ingress egress none)' -d 'Across the border of the subnet'
complete -c vcnflow -s t -l traffic -x -a 'internal external' -d 'Where both sides are'
complete -c vcnflow -l source -x -a '(__vcnflow_list rfc1918 ula cgnat vcn)' -d 'Addresses of the source'
complete -c vcnflow -l destination -x -a '(__vcnflow_list rfc1918 ula cgnat vcn)' -d 'Addresses of the destination'
complete -c vcnflow -l address -x -a '(__vcnflow_list rfc1918 ula cgnat vcn)' -d 'Addresses of either side'
complete -c vcnflow -l source-port -x -a '(__vcnflow_list 22 53 80 443)' -d 'Ports of the source'
complete -c vcnflow -l destination-port -x -a '(__vcnflow_list 22 53 80 443)' -d 'Ports of the destination'
complete -c vcnflow -l port -x -a '(__vcnflow_list 22 53 80 443)' -d 'Ports of either side'
complete -c vcnflow -l subnet -x -d 'OCIDs or names of subnets'
complete -c vcnflow -l vnic -x -d 'OCIDs of VNICs'
complete -c vcnflow -s m -l metadata -r -F -a none -d 'Lookup file made by vcnmeta'
complete -c vcnflow -l internal -x -a '(__vcnflow_list rfc1918 ula cgnat vcn)' -d 'Further internal addresses'
complete -c vcnflow -s l -l security-lists -x -a 'full ids none' -d 'How much of the lists'
complete -c vcnflow -l rules -d 'Say which rules let each record pass'
complete -c vcnflow -l verdict -x -a '(__vcnflow_list permitted reply either unexplained denied late_reply contradicted exempt unknown)' -d 'Only these verdicts of the rules'
complete -c vcnflow -l names -d 'Add names of subnets, VCN and compartment'
complete -c vcnflow -s k -l keep -x -a '(__vcnflow_list data time id type source subject specversion)' -d 'Further members to carry'
complete -c vcnflow -s o -l output -r -F -d 'Written whole or not at all'
complete -c vcnflow -l format -x -a 'ndjson array' -d 'One record a line, or one array'
complete -c vcnflow -s z -l gzip -d 'Compress'
complete -c vcnflow -l line-buffered -d 'Write each record at once'
complete -c vcnflow -l list-subnets -d 'Only the subnets that the lookup file lacks'
complete -c vcnflow -l conversations -d 'Sums of who talked to whom'
complete -c vcnflow -l per -x -a '1h 1d 7d' -d 'Such sums for each hour or day'
complete -c vcnflow -l table -x -a '64M 256M 1G' -d 'Memory for such sums'
complete -c vcnflow -l rejects -r -F -d 'Bad records as they stood'
complete -c vcnflow -l ignore-bad -d 'Bad records do not make the exit status 1'
complete -c vcnflow -l strict -d 'Stop at the first fault'
complete -c vcnflow -l stats -d 'Counts as JSON'
complete -c vcnflow -l progress -d 'Show progress'
complete -c vcnflow -l no-progress -d 'Show no progress'
complete -c vcnflow -s j -l threads -x -d 'As many threads'
complete -c vcnflow -s q -l quiet -d 'Errors, but no warnings'
complete -c vcnflow -s v -l verbose -d 'Say more'
complete -c vcnflow -s h -l help -d 'List the options'
complete -c vcnflow -s V -l version -d 'Write the version'
