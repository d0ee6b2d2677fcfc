# Completion of vcnmeta for fish.

function __vcnmeta_profiles
    set -l file ~/.oci/config
    set -q OCI_CLI_CONFIG_FILE; and set file $OCI_CLI_CONFIG_FILE
    test -r $file; and string match -rg '^\[(.*)\]\s*$' <$file
end

set -l commands fetch build show verify help
set -l fetch '__fish_seen_subcommand_from fetch'
set -l output '__fish_seen_subcommand_from fetch build'
set -l none "not __fish_seen_subcommand_from $commands"

complete -c vcnmeta -f -n "$none" -a fetch -d 'From the OCI API'
complete -c vcnmeta -f -n "$none" -a build -d 'From JSON'
complete -c vcnmeta -f -n "$none" -a show -d 'Write subnets'
complete -c vcnmeta -f -n "$none" -a verify -d 'Check a lookup file'
complete -c vcnmeta -f -n "$none" -a help -d 'Write the options of a command'
complete -c vcnmeta -f -n '__fish_seen_subcommand_from help' -a 'fetch build show verify'
complete -c vcnmeta -f -n "$fetch"

complete -c vcnmeta -s h -l help -d 'Write a summary'
complete -c vcnmeta -s V -l version -d 'Write the version'
complete -c vcnmeta -n "not $none" -s q -l quiet -d 'No warnings'
complete -c vcnmeta -n "$output" -s o -l output -r -F -d 'The lookup file'

complete -c vcnmeta -n "$fetch" -l merge -d 'Keep what the file holds and this does not'
complete -c vcnmeta -n "$fetch" -l groups -d 'Groups, rules and members too'
complete -c vcnmeta -n "$fetch" -l addresses -d 'Private addresses too'
complete -c vcnmeta -n "$fetch" -l service-ranges -r -F -d 'Of service labels'
complete -c vcnmeta -n "$fetch" -l region -x -d 'In this region'
complete -c vcnmeta -n "$fetch" -l compartment-id -x -d 'This compartment'
complete -c vcnmeta -n "$fetch" -l compartment-id-in-subtree -d 'And the compartments below'
complete -c vcnmeta -n "$fetch" -l vcn-id -x -d 'Only this VCN'
complete -c vcnmeta -n "$fetch" -l subnet-id -x -d 'Only this subnet'
complete -c vcnmeta -n "$fetch" -l subnets-from -r -F -d 'Only these, one a line'
complete -c vcnmeta -n "$fetch" -l auth -x -a 'api_key security_token instance_principal resource_principal instance_obo_user oke_workload_identity' -d 'How to authenticate'
complete -c vcnmeta -n "$fetch" -l config-file -r -F -d 'Of the oci command'
complete -c vcnmeta -n "$fetch" -l profile -x -a '(__vcnmeta_profiles)' -d 'Of the configuration file'
complete -c vcnmeta -n "$fetch" -l federation-endpoint -x -d 'Where tokens come from'
complete -c vcnmeta -n "$fetch" -l endpoint -x -d 'Scheme, host and port of the API'
complete -c vcnmeta -n "$fetch" -l cert-bundle -r -F -d 'Certificates to trust'
complete -c vcnmeta -n "$fetch" -l proxy -x -d 'For all but the metadata service'
complete -c vcnmeta -n "$fetch" -l connection-timeout -x -d 'Seconds, default 10'
complete -c vcnmeta -n "$fetch" -l read-timeout -x -d 'Seconds, default 60'
complete -c vcnmeta -n "$fetch" -l max-retries -x -d 'Attempts in all, default 8'
complete -c vcnmeta -n "$fetch" -l no-retry -d 'One attempt'
complete -c vcnmeta -n "$fetch" -l parallel -x -d 'Requests at once, default 8'
complete -c vcnmeta -n "$fetch" -s d -l debug -d 'Show each request'

set -l build '__fish_seen_subcommand_from build'
complete -c vcnmeta -n "$build" -l nsg-rules -x -d 'OCID=FILE: rules of a group'
complete -c vcnmeta -n "$build" -l nsg-vnics -x -d 'OCID=FILE: members of a group'
complete -c vcnmeta -n "$build" -l all-groups -d 'These are all groups of the VCNs'

set -l show '__fish_seen_subcommand_from show'
complete -c vcnmeta -n "$show" -l rules -d 'Write rules'
complete -c vcnmeta -n "$show" -l groups -d 'Write groups'
complete -c vcnmeta -n "$show" -l vnics -d 'Write VNICs'
