package dev.polder.bench.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;

/// The engines one can name on the command line.
public enum EngineKind {
    POLDER {
        @Override
        KvEngine start(EngineSettings settings) throws Exception {
            return PolderEngine.open(settings);
        }
    },
    ROCKSDB {
        @Override
        KvEngine start(EngineSettings settings) throws Exception {
            return RocksEngine.open(settings);
        }
    },
    LMDB {
        @Override
        KvEngine start(EngineSettings settings) throws Exception {
            return LmdbEngine.open(settings);
        }
    },
    MAPPED {
        @Override
        KvEngine start(EngineSettings settings) throws Exception {
            return MappedEngine.open(settings);
        }
    };

    abstract KvEngine start(EngineSettings settings) throws Exception;

    /// Opens the store in the settings' folder, or makes it.
    public KvEngine open(EngineSettings settings) throws Exception {
        try {
            Files.createDirectories(settings.folder());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot create " + settings.folder() + ": " + e, e);
        }
        return start(settings);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
