# Starts munge and a Slurm of one node on loopback, with all they keep in this
# folder; stop_slurm ends them.
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
cat >slurm/slurm.conf <<TEXT
ClusterName=case
SlurmctldHost=localhost
SlurmctldPort=$1
SlurmdPort=$2
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$PWD/slurm/munge.sock
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
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

stop_slurm() {
	for daemon in slurmd slurmctld munged; do
		[ ! -f slurm/$daemon.pid ] || kill "$(cat slurm/$daemon.pid)"
	done
	# They take their files away last.
	while [ -f slurm/slurmctld.pid ] || [ -f slurm/munged.pid ]; do
		sleep 0.2
	done
}

munged --force --key-file="$PWD/slurm/munge.key" \
	--socket="$PWD/slurm/munge.sock" --pid-file="$PWD/slurm/munged.pid" \
	--log-file="$PWD/slurm/munged.log" --seed-file="$PWD/slurm/munge.seed" \
	2>slurm/daemons || cat slurm/daemons
slurmctld 2>slurm/daemons || cat slurm/daemons
slurmd -N localhost 2>slurm/daemons || cat slurm/daemons
until sinfo -h -o %T 2>/dev/null | grep -q idle; do
	sleep 0.2
done
