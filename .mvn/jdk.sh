# Finds a JDK (or, for running only, a Java runtime) of version 25 or later. Sourced by `mvnw` and `polder`.

JAVA_MIN=25

# java_home_fits HOME TOOL: whether HOME has bin/TOOL and is new enough. Reads the `release` file, which every
# runtime since 9 carries, because asking the JVM itself costs a start.
java_home_fits() {
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/$2" ] || return 1
    version=
    if [ -r "$1/release" ]; then
        while IFS='=' read -r key value || [ -n "$key" ]; do
            [ "$key" = JAVA_VERSION ] && version=${value#\"}
        done <"$1/release"
    fi
    if [ -z "$version" ]; then
        version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
    fi
    version=${version%%[!0-9]*}
    [ -n "$version" ] && [ "$version" -ge "$JAVA_MIN" ]
}

# java_home_on_path: the home of the `java` found on PATH, links followed.
java_home_on_path() {
    java=$(command -v java) || return 1
    links=0
    while [ -L "$java" ] && [ "$links" -lt 40 ]; do
        links=$((links + 1))
        target=$(readlink "$java")
        case $target in
            /*) java=$target ;;
            *) java=$(dirname "$java")/$target ;;
        esac
    done
    (cd -P "$(dirname "$java")/.." 2>/dev/null && pwd -P)
}

# find_java_home TOOL: prints the first home that fits; TOOL is `java` to run, `javac` to build. The user's own choice
# comes first, then PATH, then the folders where systems, SDKMAN and IDEs put their JDKs.
find_java_home() {
    for home in "${POLDER_JAVA_HOME-}" "${JAVA_HOME-}" "$(java_home_on_path)"; do
        if java_home_fits "$home" "$1"; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    if [ -x /usr/libexec/java_home ]; then
        home=$(/usr/libexec/java_home -F -v "$JAVA_MIN+" 2>/dev/null)
        if java_home_fits "$home" "$1"; then
            printf '%s\n' "$home"
            return 0
        fi
    fi
    for home in /usr/lib/jvm/* /usr/java/* /opt/* /opt/java/* /opt/jdk/* \
        "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        if java_home_fits "$home" "$1"; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    return 1
}

# no_java NAME: says what is missing, on the error stream.
no_java() {
    printf '%s: no JDK %s or later found (looked at POLDER_JAVA_HOME, JAVA_HOME, PATH and the usual folders).\n' \
        "$1" "$JAVA_MIN" >&2
    printf 'Install one (for example Eclipse Temurin %s), or set POLDER_JAVA_HOME to where it lies.\n' "$JAVA_MIN" >&2
}
