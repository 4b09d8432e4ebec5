/// Polder, an embedded storage engine. What is not exported here does not exist for others.
module dev.polder {
    requires static transitive org.jspecify;
    requires aircompressor.v3;
    requires static jdk.jfr;

    exports dev.polder;
    exports dev.polder.errors;
    exports dev.polder.metrics;
    exports dev.polder.runtime to
            dev.polder.testkit;
    exports dev.polder.memory to
            dev.polder.testkit;
    exports dev.polder.io to
            dev.polder.testkit;
    exports dev.polder.disk to
            dev.polder.testkit;
}
