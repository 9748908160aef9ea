package io.sparkpmml.blocks;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.spark.api.python.PythonFunction;

/**
 * The Python functions that score columns, each with its twin, which scores blocks.
 *
 * <p>Known by identity, for as long as a plan or Python holds the first: a function's own equals and hashCode look at
 * every byte of the command.
 */
final class Twins {

    private static final Map<Key, Twin> TWINS = new ConcurrentHashMap<>();
    private static final ReferenceQueue<PythonFunction> GONE = new ReferenceQueue<>();

    private Twins() {}

    /** Make known that `block` does for blocks what `function` does for columns of the SQL types `carriers`. */
    static void put(PythonFunction function, PythonFunction block, String[] carriers) {
        for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
            TWINS.remove(gone);
        }
        TWINS.put(new Key(function), new Twin(block, carriers));
    }

    /** The twin; null of any other function. */
    static Twin get(PythonFunction function) {
        return TWINS.get(new Key(function));
    }

    static final class Twin {
        final PythonFunction function;
        final String[] carriers;

        Twin(PythonFunction function, String[] carriers) {
            this.function = function;
            this.carriers = carriers;
        }
    }

    private static final class Key extends WeakReference<PythonFunction> {
        private final int hash;

        Key(PythonFunction function) {
            super(function, GONE);
            this.hash = System.identityHashCode(function);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof Key && get() != null && get() == ((Key) other).get();
        }
    }
}
