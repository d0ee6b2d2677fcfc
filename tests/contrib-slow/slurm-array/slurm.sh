# Starts munge and a Slurm of one node, with all they keep in this folder, as
# processes of this case, with which they end.
# shellcheck shell=sh
PATH=$PATH:/usr/sbin
mkdir slurm
(
	umask 077
	head -c 1024 /dev/urandom >slurm/munge.key
)
# shellcheck disable=SC2046 # two numbers
set -- $("$PYTHON" -c 'import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])')
# They listen on loopback only, where this machine's name is an address.
inside=
! getent hosts "$(uname -n)" >/dev/null ||
	inside=CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
# No plugin that is used here needs control groups; this one does not look.
echo CgroupPlugin=cgroup/v1 >slurm/cgroup.conf
cat >slurm/slurm.conf <<TEXT
ClusterName=case
SlurmctldHost=localhost
SlurmctldPort=$1
SlurmdPort=$2
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$PWD/slurm/munge.sock
$inside
StateSaveLocation=$PWD/slurm/state
SlurmdSpoolDir=$PWD/slurm/spool
SlurmctldPidFile=$PWD/slurm/slurmctld.pid
SlurmdPidFile=$PWD/slurm/slurmd.pid
SlurmctldLogFile=$PWD/slurm/slurmctld.log
SlurmdLogFile=$PWD/slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=localhost NodeAddr=127.0.0.1 CPUs=4
PartitionName=all Nodes=ALL Default=YES
TEXT
mkdir slurm/state slurm/spool
SLURM_CONF=$PWD/slurm/slurm.conf
export SLURM_CONF

munged --foreground --force --key-file="$PWD/slurm/munge.key" \
	--socket="$PWD/slurm/munge.sock" --pid-file="$PWD/slurm/munged.pid" \
	--log-file="$PWD/slurm/munged.log" --seed-file="$PWD/slurm/munge.seed" \
	2>slurm/munged.err &
until [ -S slurm/munge.sock ]; do
	sleep 0.2
done
slurmctld -D 2>slurm/slurmctld.err &
slurmd -D -N localhost 2>slurm/slurmd.err &

# What they say is worth something if they end, or if this takes for ever.
tries=0
until sinfo -h -o %T 2>/dev/null | grep -q idle; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ]; then
		tail -n 5 slurm/*.log
		exit 1
	fi
	sleep 0.2
done
