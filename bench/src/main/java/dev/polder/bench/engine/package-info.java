/// The engines, each behind one thin interface, each set up as one who knows it well would do it.
///
/// **Start reading at** [KvEngine]. Nothing but this package knows an engine's own types.
@NullMarked
package dev.polder.bench.engine;

import org.jspecify.annotations.NullMarked;
