package io.sparkpmml.blocks;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.spark.JobArtifactSet;
import org.apache.spark.JobArtifactState;
import org.apache.spark.SparkContext;
import org.apache.spark.api.python.PythonFunction;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkStrategy;

import scala.Option;
import scala.collection.JavaConverters;

/** What Python calls: makes models' functions cross in blocks. */
public final class Blocks {

    private static final Set<String> PROVIDED = ConcurrentHashMap.newKeySet();

    /** Public, for Python finds the class by its loader and makes an object of it. */
    public Blocks() {}

    /** From now on plans may score blocks with `block` where they call `function` on columns of the types `carriers`. */
    public void pair(PythonFunction function, PythonFunction block, List<String> carriers) {
        Twins.put(function, block, carriers.toArray(new String[0]));
    }

    /** Let the session that is analysing a query plan with blocks. */
    public void join() {
        Option<SparkSession> session = SparkSession.getActiveSession();
        if (session.isDefined()) {
            addJar(SparkContext.getOrCreate());
            addStrategy(Scala.call(session.get().getClass(), session.get(), "experimental"));
        }
    }

    private static void addStrategy(ExperimentalMethods methods) {
        synchronized (methods) {
            List<SparkStrategy> strategies = new ArrayList<>(
                    Scala.<SparkStrategy>javaList(Scala.call(ExperimentalMethods.class, methods, "extraStrategies")));
            if (strategies.stream().noneMatch(PredictStrategy.class::isInstance)) {
                strategies.add(new PredictStrategy());
                Scala.call(ExperimentalMethods.class, methods, "extraStrategies_$eq", Scala.list(strategies));
            }
        }
    }

    /** The executors need these classes, too; those of a Connect session see what this session added alone. */
    private static void addJar(SparkContext context) {
        Option<JobArtifactState> state = JobArtifactSet.getCurrentJobArtifactState();
        String session = state.isDefined() ? state.get().uuid() : "default";
        if (PROVIDED.add(context.applicationId() + " " + session) && !isAdded(context, session)) {
            context.addJar(jar().toString());
        }
    }

    /** Spark 3.5 adds what its class loader takes, and warns of a jar that comes again. */
    private static boolean isAdded(SparkContext context, String session) {
        Option<scala.collection.concurrent.Map<String, Object>> added = context.addedJars().get(session);
        String name = "/" + jar().getFileName();
        boolean isAdded = false;
        if (added.isDefined()) {
            Iterator<String> paths = JavaConverters.asJavaIterator(added.get().keysIterator());
            while (paths.hasNext()) {
                isAdded |= paths.next().endsWith(name);
            }
        }
        return isAdded;
    }

    private static Path jar() {
        try {
            return Paths.get(Blocks.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException error) {
            throw new IllegalStateException(error);
        }
    }
}
