# Starts an sshd of our own on loopback, with keys of its own, and makes ssh
# know it by two names, one and two; a third, bare, has no vcnflow, and nobody
# answers by the name none. Jobs write into the file machines where they ran.
# SHLVL keeps bash from reading its user's .bashrc.
# shellcheck shell=sh
port=$("$PYTHON" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
for key in host user; do
	ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$key.key"
done
mkdir remote there parallel
cat >there/vcnflow <<TEXT
#!/bin/sh
[ "\$MACHINE" != bare ] || exit 127
echo "\$MACHINE" >>"$PWD/machines"
exec "$VCNFLOW" "\$@"
TEXT
chmod +x there/vcnflow
touch remote/kept
cat >sshd_config <<TEXT
ListenAddress 127.0.0.1:$port
HostKey $PWD/host.key
AuthorizedKeysFile $PWD/user.key.pub
PidFile $PWD/sshd.pid
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
MaxStartups 50:30:100
AcceptEnv MACHINE
SetEnv PATH=$PWD/there:$PATH TMPDIR=$TMPDIR SHLVL=2
TEXT
{
	for name in one two bare; do
		printf 'Host %s\n\tSetEnv MACHINE=%s\n\tPort %s\n' $name $name "$port"
	done
	cat <<TEXT
Host none
	Port 1
Host one two bare none
	HostName 127.0.0.1
	IdentityFile $PWD/user.key
	IdentitiesOnly yes
	BatchMode yes
	LogLevel ERROR
	UserKnownHostsFile $PWD/known
	StrictHostKeyChecking accept-new
TEXT
} >ssh_config
# Where sshd, as root, keeps its unprivileged half.
[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
/usr/sbin/sshd -D -f sshd_config -E sshd.log &
until ssh -F ssh_config one true 2>/dev/null; do
	kill -0 $! || exit 1
	sleep 0.2
done
PARALLEL_SSH="ssh -F $PWD/ssh_config"
PARALLEL_HOME=$PWD/parallel
export PARALLEL_SSH PARALLEL_HOME
