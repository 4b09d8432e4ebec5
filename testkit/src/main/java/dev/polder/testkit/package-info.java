/// The world, simulated: to test code that builds on Polder.
@NullMarked
package dev.polder.testkit;

import org.jspecify.annotations.NullMarked;
