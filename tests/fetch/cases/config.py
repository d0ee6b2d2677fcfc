"""M18 to M23: keys, the config file, and which setting wins."""

import base64
import os

from harness import case, certs, cloud, need
from standin.__main__ import USER


def key_path(t):
    return os.path.join(t.oci, "key.pem")


@case("M18-key", "missing", "directory", "fifo", "unreadable", "empty")
def odd_key_file(t, kind):
    wrap = ()
    t.standin()
    t.config()
    os.unlink(key_path(t))
    if kind == "directory":
        os.mkdir(key_path(t))
    elif kind == "fifo":
        os.mkfifo(key_path(t))
    elif kind == "empty":
        t.key_file()
        open(key_path(t), "w").close()
    elif kind == "unreadable":
        os.chmod(t.key_file(), 0)
        if os.geteuid() == 0:  # who may open all the same
            wrap = (need("setpriv"),
                    "--bounding-set=-dac_override,-dac_read_search")
    t.refused(2, "key.pem", timeout=10, wrap=wrap)
    t.equal(t.server.connections, [], "connections")


@case("M18-config", "missing", "directory", "fifo", "empty")
def odd_config_file(t, kind):
    t.standin()
    path = t.config()
    os.unlink(path)
    if kind == "directory":
        os.mkdir(path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "empty":
        t.config("")
    t.old()
    result = t.exits(t.run(t.command(), timeout=20), 2)
    if kind == "fifo":
        t.says(result, "nothing was written into")
    t.kept()
    t.equal(t.server.connections, [], "connections")


@case("M19-mode", *[(which, mode) for which in ("key.pem", "config")
                    for mode in ("0644", "0640", "0660", "0600", "0400")])
def mode(t, variant):
    which, text = variant
    t.standin()
    t.config()
    path = os.path.join(t.oci, which)
    os.chmod(path, int(text, 8))
    result = t.works()
    if text in ("0600", "0400"):
        t.silent(result)
    else:
        t.says(result, f"{which}.*", "(?i)permission|too open",
               "repair-file-permissions")
    t.silent(t.works(env={
        "OCI_CLI_SUPPRESS_FILE_PERMISSIONS_WARNING": "True"}))


@case("M19-mode-token")
def mode_of_token(t):
    from cases.auth import TOKEN_AUTH, session
    session(t)
    os.chmod(os.path.join(t.oci, "sessions/P/token"), 0o644)
    t.says(t.works(*TOKEN_AUTH), "token.*", "(?i)permission|too open")


# -- pass phrases ------------------------------------------------------------

SECRET = "correct horse"


def encrypted(t, form="pkcs8", **profile):
    t.standin()
    t.key_file(passphrase=SECRET, form=form)
    t.config("[DEFAULT]\n" + t.profile(**profile))


@case("M20-right", "pkcs8", "pkcs1")
def right_passphrase(t, form):
    encrypted(t, form, pass_phrase=SECRET)
    t.silent(t.works())
    t.all_signed()


@case("M20-environment")
def passphrase_from_environment(t):
    encrypted(t, pass_phrase="wrong")
    t.works(env={"OCI_CLI_PASSPHRASE": SECRET})


@case("M20-wrong", "pkcs8", "pkcs1")
def wrong_passphrase(t, form):
    encrypted(t, form, pass_phrase="not it at all")
    result = t.refused(2, "(?i)pass ?phrase", wrap=("setsid", "-w"))
    t.true("not it at all" not in result.err, "the pass phrase in a message")


@case("M20-none", "pkcs8", "pkcs1")
def no_passphrase(t, form):
    """No terminal: no prompt, and standard input is left alone."""
    encrypted(t, form)
    t.old()
    path = t.write("input", SECRET + "\n")
    with open(path) as file:
        process = t.start([*"setsid -w sh -c".split(),
                           '"$@" <"$0"; exit $?', path, *t.command()])
        result = t.finish(process, 20)
    t.exits(result, 2)
    t.says(result, "(?i)pass ?phrase")
    t.kept()
    # The shell shares the open file with the program: cat gets all of it.
    result = t.run(["setsid", "-w", "sh", "-c",
                    '{ "$@" || :; cat; } <"$0"', path, *t.command()])
    t.equal(result.out, SECRET + "\n", "what is left of stdin")


@case("M20-not-needed")
def passphrase_not_needed(t):
    """A pass phrase inherited from DEFAULT, and a key without one."""
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(pass_phrase=SECRET))
    t.works()


# -- keys --------------------------------------------------------------------


def good_pem():
    return certs.private_pem(certs.shared_rsa_key("api"))


def odd_pem(kind):
    from cryptography.hazmat.primitives.asymmetric import ec
    if kind == "ec":
        return certs.private_pem(ec.generate_private_key(ec.SECP256R1()))
    if kind == "small":
        return certs.private_pem(certs.rsa_key(1024))
    if kind == "public":
        return certs.public_pem(certs.shared_rsa_key("api"))
    if kind == "certificate":
        return certs.Authority().pem()
    if kind == "truncated":
        return good_pem()[:900]
    if kind == "mangled":
        return good_pem().replace("A", "B")
    if kind == "text":
        return "no key\n" * 100
    if kind == "der":
        body = "".join(good_pem().splitlines()[1:-1])
        return base64.b64decode(body)
    return b"\0" * 5000


@case("M21-bad", "ec", "small", "public", "certificate", "truncated",
      "mangled", "text", "der", "nul")
def bad_key(t, kind):
    t.standin()
    t.write("home/.oci/key.pem", odd_pem(kind))
    t.config()
    t.refused(2, "key.pem")
    t.equal(t.server.connections, [], "connections")


@case("M21-good", "crlf", "label", "blanks", "before", "no-newline")
def good_key(t, kind):
    t.standin()
    text = good_pem()
    text = {"crlf": text.replace("\n", "\r\n"),
            "label": text + "OCI_API_KEY\n", "blanks": "\n \n" + text + "\n ",
            "before": "Bag Attributes\n    x: y\n" + text,
            "no-newline": text.rstrip("\n")}[kind]
    t.write("home/.oci/key.pem", text)
    t.config()
    t.works()
    t.all_signed()


@case("M22-fingerprint")
def other_fingerprint(t):
    t.standin()
    wrong = ":".join(["ab"] * 16)
    t.config("[DEFAULT]\n" + t.profile(fingerprint=wrong))
    own = certs.fingerprint(certs.shared_rsa_key("api"))
    t.refused(2, f"{own}|{wrong}")
    t.equal(t.server.connections, [], "connections")


@case("M22-odd", "x", "", "AB:" * 15 + "AB", "ab:" * 16)
def odd_fingerprint(t, text):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(fingerprint=text))
    t.refused(2, "fingerprint")
    t.equal(t.server.connections, [], "connections")


# -- the config file ---------------------------------------------------------


@case("M23-missing", "user", "tenancy", "fingerprint", "key_file", "region")
def missing_field(t, name):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(**{name: None}))
    if name == "region":
        t.works()
        t.old()
        result = t.exits(t.fetch(endpoint=False), 2)
        t.says(result, "region")
    else:
        t.refused(2, name)
        t.equal(t.server.connections, [], "connections")


@case("M23-malformed", "user=x", "tenancy=x y", "tenancy=", "user=a.b",
      "region=a/b", "region=iad:80@x")
def malformed_field(t, line):
    t.standin()
    name, _, value = line.partition("=")
    t.config("[DEFAULT]\n" + t.profile(**{name: value}))
    t.refused(2, name)
    t.equal(t.server.connections, [], "connections")


def spoiled(t, kind):
    good = "[DEFAULT]\n" + t.profile()
    return {
        "duplicate-key": (good + "region=us-phoenix-1\n", 2),
        "duplicate-section": (good + "[A]\nx=1\n[A]\ny=1\n", 2),
        "no-delimiter": (good + "nonsense\n", 2),
        "before-section": ("x=1\n" + good, 2),
        "bom": ("\ufeff" + good, 0),
        "nul": (good + "x=\0\n", 2),
        "crlf": (good.replace("\n", "\r\n"), 0),
        "colon": (good.replace("=", ": "), 0),
        "spaces": (good.replace("=", "  =  "), 0),
        "upper-case": (good.replace("user=", "USER="), 0),
        "comments": ("# a\n;b\n" + good + "\n  # c\n", 0),
        "no-newline": (good.rstrip("\n"), 0),
        "long-line": (good + "x=" + "y" * (1 << 20) + "\n", (0, 2)),
        "key-content": (good + "key_content=x\n", 2),
    }[kind]


@case("M23-text", "duplicate-key", "duplicate-section", "no-delimiter",
      "before-section", "bom", "nul", "crlf", "colon", "spaces", "upper-case",
      "comments", "no-newline", "long-line", "key-content")
def config_text(t, kind):
    t.standin()
    text, status = spoiled(t, kind)
    t.config(text)
    if status == 2:
        result = t.refused(2, "config")
        if kind != "key-content":
            t.says(result, r"config'?[:,]? ?(line )?\d+|line \d+")
        t.equal(t.server.connections, [], "connections")
    else:
        t.exits(t.fetch(), *([status] if status == 0 else status))


@case("M23-profile-missing")
def profile_missing(t):
    t.standin()
    t.refused(2, "nobody", "--profile", "nobody")


@case("M23-inherited")
def inherited(t):
    """A profile sees the keys of DEFAULT that it does not have itself."""
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(user=None, region="us-phoenix-1") +
             f"[P]\nuser={USER}\n")
    t.works("--profile", "P")
    t.all_signed()


@case("M23-tilde")
def tilde(t):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(key_file="~/.oci/key.pem"))
    t.works()


@case("M23-inline-comment")
def inline_comment(t):
    """Not a comment in the CLI's syntax, so not a region either."""
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(region="us-ashburn-1 # home"))
    t.refused(2, "region", endpoint=True)


# -- which wins --------------------------------------------------------------


def first_tunnel(t, *arguments, env=None):
    server = t.server
    t.fetch(*arguments, "--proxy", server.proxy, endpoint=False, env=env)
    return server.tunnels[0].split(".")[1] if server.tunnels else None


@case("precedence-region", "default", "profile", "environment", "option",
      "oci-region")
def precedence_of_region(t, level):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(
        region=None if level == "oci-region" else "us-ashburn-1") +
        "[P]\nregion=us-phoenix-1\n")
    arguments = [] if level in ("default", "oci-region") else \
        ["--profile", "P"]
    env = {"OCI_REGION": "ap-tokyo-1"}
    if level in ("environment", "option"):
        env["OCI_CLI_REGION"] = "eu-paris-1"
    if level == "option":
        arguments += ["--region", "uk-london-1"]
    t.equal(first_tunnel(t, *arguments, env=env), {
        "default": "us-ashburn-1", "profile": "us-phoenix-1",
        "environment": "eu-paris-1", "option": "uk-london-1",
        "oci-region": "ap-tokyo-1"}[level])


@case("precedence-profile", "default", "rc", "environment", "option")
def precedence_of_profile(t, level):
    t.standin()
    t.config("[DEFAULT]\n" + t.profile() + "[RC]\nregion=us-phoenix-1\n"
             "[ENV]\nregion=eu-paris-1\n[OPT]\nregion=uk-london-1\n")
    env, arguments = {}, []
    if level != "default":
        t.write("home/.oci/oci_cli_rc",
                "[OCI_CLI_SETTINGS]\ndefault_profile=RC\n")
    if level in ("environment", "option"):
        env["OCI_CLI_PROFILE"] = "ENV"
    if level == "option":
        arguments = ["--profile", "OPT"]
    t.equal(first_tunnel(t, *arguments, env=env), {
        "default": "us-ashburn-1", "rc": "us-phoenix-1",
        "environment": "eu-paris-1", "option": "uk-london-1"}[level])


@case("precedence-config-file", "environment", "option", "fallback",
      "fallback-unused")
def precedence_of_config_file(t, level):
    t.standin()
    t.config()
    other = t.write("other", "[DEFAULT]\n" + t.profile(region="eu-paris-1"))
    third = t.write("third", "[DEFAULT]\n" + t.profile(region="uk-london-1"))
    env, arguments = {"OCI_CLI_CONFIG_FILE": other}, []
    if level == "option":
        arguments = ["--config-file", third]
    if level.startswith("fallback"):
        env = {"OCI_CONFIG_FILE": other}
    if level == "fallback":
        os.unlink(os.path.join(t.oci, "config"))
        result = t.run(t.command("--proxy", t.server.proxy, endpoint=False),
                       env=env)
        t.exits(result, 1)  # there is nothing in that region
        t.equal(t.server.tunnels[0].split(".")[1], "eu-paris-1")
        return
    t.equal(first_tunnel(t, *arguments, env=env), {
        "environment": "eu-paris-1", "option": "uk-london-1",
        "fallback-unused": "us-ashburn-1"}[level])


@case("precedence-endpoint")
def precedence_of_endpoint(t):
    server = t.standin()
    t.config()
    command = [t.vcnmeta, "fetch", "-o", t.out, "--cert-bundle",
               server.ca_file, "--no-retry"]
    env = {"OCI_CLI_ENDPOINT": server.endpoint}
    t.exits(t.run(command, env=env), 0)
    t.exits(t.run(command + ["--endpoint", "https://127.0.0.1:1"], env=env),
            75)


@case("precedence-keys-from-environment")
def keys_from_environment(t):
    """With all of them in the environment no config file is read."""
    t.standin()
    key = certs.shared_rsa_key("api")
    path = t.key_file(key, "elsewhere.pem")
    env = {"OCI_CLI_USER": USER, "OCI_CLI_TENANCY": cloud.TENANCY,
           "OCI_CLI_FINGERPRINT": certs.fingerprint(key),
           "OCI_CLI_KEY_FILE": path, "OCI_CLI_REGION": cloud.REGION}
    t.exits(t.run(t.command(), env=env), 0)
    t.all_signed()
    t.config("[DEFAULT]\nnonsense without a delimiter\n")
    t.exits(t.run(t.command(), env=env), 0)


@case("precedence-some-from-environment")
def some_from_environment(t):
    t.standin()
    other = certs.shared_rsa_key("other")
    t.allow(other)
    path = t.key_file(other, "elsewhere.pem")
    t.works(env={"OCI_CLI_KEY_FILE": path,
                 "OCI_CLI_FINGERPRINT": certs.fingerprint(other)})
    t.equal({r["key_id"] for r in t.server.requests}, {t.key_id(other)})


@case("config-one-read")
def no_write_near_config(t):
    """Nothing is left in the home directory."""
    t.standin()
    t.config()
    before = sorted(os.listdir(t.oci)), os.listdir(t.home)
    t.works()
    t.equal((sorted(os.listdir(t.oci)), os.listdir(t.home)), before)


@case("options", "--help", "-h", "--version", "-V")
def help_and_version(t, option):
    result = t.run([t.vcnmeta, "fetch", option])
    t.exits(result, 0)
    t.equal(result.err, "")
    t.true(result.out.strip(), "nothing on stdout")
    need("sh")


@case("options-refused", "--nonsense", "extra", "-o", "-o-", "--max-retries",
      "--connection-timeout=x", "--read-timeout=-1", "--connection-timeout=0",
      "--region", "--subnets-from")
def options_refused(t, option):
    t.standin()
    t.refused(2, ".", option)
    t.equal(t.server.connections, [])


@case("options-no-output")
def no_output(t):
    t.standin()
    t.config()
    result = t.run([t.vcnmeta, "fetch", "--endpoint", t.server.endpoint])
    t.exits(result, 2)
    t.says(result, "-o")
